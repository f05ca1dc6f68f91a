"""Whether a write may hold something to seal: the question that every write asks, answered with substring searches
alone. Hot.

`reason` says yes a little too often and never no where `crypto.findings` (cold, exact) would find something; a property
test holds the two together. Most writes get their None here and load nothing more.
"""

from __future__ import annotations

DEFAULT_NAMES = ("api_keys", "credentials", "tokens")

# (what a well-known secret begins with, how many token characters follow at least). The exact shapes:
# `crypto.findings`.
SHAPES = (
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("ATATT3x", 20),
    ("AGE-SECRET-KEY-1", 20),
    ("EAACEdEose0cBA", 10),
    ("GOCSPX-", 20),
    ("PMAK-", 20),
    ("SG.", 16),
    ("dckr_pat_", 20),
    ("dop_v1_", 40),
    ("eyJ", 10),
    ("figd_", 20),
    ("gh", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("gsk_", 30),
    ("hf_", 30),
    ("hvs.", 20),
    ("lin_api_", 30),
    ("npm_", 30),
    ("pypi-AgE", 20),
    ("rk_live_", 16),
    ("rk_test_", 16),
    ("rubygems_", 30),
    ("sk-", 18),
    ("sk_live_", 16),
    ("sk_test_", 16),
    ("shpat_", 20),
    ("shpss_", 20),
    ("sq0csp-", 20),
    ("whsec_", 20),
    ("xapp-", 10),
    ("xox", 10),
    ("ya29.", 20),
)
PLAIN_SHAPES = ("PRIVATE KEY-----", "hooks.slack.com/services/", "AccountKey=")
# Sits where a letter of an escaped name or token could hide: \u0041 to \u007a.
_HIDDEN = ("\\u004", "\\u005", "\\u006", "\\u007")


def normal(name: str) -> str:
    """A name as `sensitive_keys` compares them: lower case, without separators, in the singular.

    >>> normal("API-Keys") == normal("api_key") == normal("apiKey")
    True
    """
    plain = name.lower().replace("_", "").replace("-", "").replace(" ", "").replace(".", "")
    return plain[:-1] if plain.endswith("s") and not plain.endswith("ss") else plain


def names_of(sensitive: object) -> tuple[str, ...]:
    """The setting `sensitive_keys` (a list of names, or None for the default) as normal names."""
    words = sensitive if isinstance(sensitive, (list, tuple)) else DEFAULT_NAMES
    return tuple([name for name in [normal(str(word)) for word in words] if name])


def reason(
    address: str, value: str | None, others: tuple[str | None, ...], names: tuple[str, ...], scan: bool = True
) -> str | None:
    """Why a write may have something to seal: "address", "field" or "shape"; None when it has not.

    `others` are the further JSON texts of the write (metadata, tags, source); `names` comes from `names_of`.
    """
    if value is not None and names and address_is_sensitive(address, names):
        return "address"
    for text in (value, *others):
        if not text:
            continue
        if scan and _has_shape(text):
            return "shape"
        if names and ("{" in text) and _has_field(text, names):
            return "field"
    return None


def address_is_sensitive(address: str, names: tuple[str, ...]) -> bool:
    """Whether a segment of the address is such a name."""
    lowered = address.lower()
    for name in names:
        # The first three letters are in every spelling of the name; most addresses end here.
        if name[:3] in lowered.replace("_", "").replace("-", ""):
            return any(normal(segment) in names for segment in address.split("/"))
    return False


def _has_shape(text: str) -> bool:
    for start, least in SHAPES:
        at = text.find(start)
        while at >= 0:
            if (at == 0 or not _is_word(text[at - 1])) and _run_is_long(text, at + len(start), least):
                return True
            at = text.find(start, at + 1)
    return any(shape in text for shape in PLAIN_SHAPES)


def _is_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _run_is_long(text: str, at: int, least: int) -> bool:
    run = text[at : at + least]
    if len(run) < least:
        return False
    return run.isascii() and run.replace("_", "a").replace("-", "a").replace(".", "a").isalnum()


def _has_field(text: str, names: tuple[str, ...]) -> bool:
    """Whether an object member with such a name seems to have something else than a number, true, false or null."""
    lowered = text.lower()
    if "\\u" in lowered and any(hidden in lowered for hidden in _HIDDEN):
        return True
    size = len(lowered)
    for name in names:
        head = name[:3]
        at = lowered.find(head)
        while at >= 0:
            start = lowered.rfind('"', 0, at) + 1
            end = lowered.find('"', at)
            if end < 0:
                break
            if end - start <= 3 * len(name) + 8 and normal(lowered[start:end]) in names:
                after = end + 1
                while after < size and lowered[after] in " \t\r\n:":
                    after += 1
                if after < size and lowered[after] in '"[{':
                    return True
            at = lowered.find(head, at + 1)
    return False
