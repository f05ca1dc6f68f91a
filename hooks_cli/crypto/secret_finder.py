"""Finds secrets (keys, tokens, passwords) and their positions in a text or a JSON document. Loaded on demand.

Shapes are those that their makers document for their tokens (a fixed prefix and an alphabet), private key blocks (RFC 7468), JSON Web
Tokens (RFC 7519), the password of a URL (RFC 3986, 3.2.1), and passwords and tokens in its query or fragment. Placeholders as
documentation has them (`AKIAIOSFODNN7EXAMPLE`, `sk-xxxxxxxx…`, `//user:${PASSWORD}@host`) are not secrets. What has no shape, such as a
password in a sentence, is not found.
"""

from __future__ import annotations

import re

from hooks_cli.crypto.secret_screen import LONGEST_PARAMETER, PASSWORD_PARAMETERS, TOKEN_PARAMETERS, normal

_SHAPES = {
    "AWS access key": r"(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}(?![0-9A-Za-z])",
    "Google API key": r"AIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])",
    "Google OAuth token": r"ya29\.[0-9A-Za-z_-]{20,}|GOCSPX-[0-9A-Za-z_-]{28}|1//0[0-9A-Za-z_-]{40,}",
    "Atlassian token": r"ATATT3x[0-9A-Za-z_=.-]{40,}",
    "age secret key": r"AGE-SECRET-KEY-1[0-9A-Z]{58}",
    "Facebook token": r"EAACEdEose0cBA[0-9A-Za-z]{10,}",
    "Postman key": r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}",
    "SendGrid key": r"SG\.[0-9A-Za-z_-]{16,32}\.[0-9A-Za-z_-]{16,64}",
    "Docker token": r"dckr_pat_[0-9A-Za-z_-]{20,}",
    "DigitalOcean token": r"dop_v1_[0-9a-f]{64}",
    "JSON Web Token": r"eyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}",
    "Figma token": r"figd_[0-9A-Za-z_-]{20,}",
    "GitHub token": r"gh[oprsu]_[0-9A-Za-z]{36,255}|github_pat_[0-9A-Za-z_]{22,255}",
    "GitLab token": r"gl(?:pat|dt|rt|ft|ptt|cbt|oas|soat|imt|agent)-[0-9A-Za-z_.-]{20,}",
    "Databricks token": r"dapi[0-9a-f]{32}(?![0-9A-Za-z])",
    "Doppler token": r"dp\.(?:pt|st|ct|sa)\.[0-9A-Za-z._-]{40,}",
    "Grafana token": r"glsa_[0-9A-Za-z]{32}_[0-9A-Fa-f]{8}|glc_eyJ[0-9A-Za-z+/=]{30,}",
    "New Relic key": r"NRAK-[0-9A-Z]{27}(?![0-9A-Za-z])",
    "Notion token": r"ntn_[0-9A-Za-z]{40,}",
    "Perplexity key": r"pplx-[0-9A-Za-z]{40,}",
    "PlanetScale secret": r"pscale_(?:tkn|pw|oauth)_[0-9A-Za-z_.-]{32,}",
    "Replicate token": r"r8_[0-9A-Za-z]{37}(?![0-9A-Za-z])",
    "Sentry token": r"sntry[su]_[0-9A-Za-z_+/=-]{40,}",
    "Supabase token": r"sbp_[0-9a-f]{40}(?![0-9A-Za-z])",
    "xAI key": r"xai-[0-9A-Za-z]{70,}",
    "Groq key": r"gsk_[0-9A-Za-z]{40,}",
    "Hugging Face token": r"hf_[A-Za-z]{34}(?![0-9A-Za-z])",
    "Vault token": r"hvs\.[0-9A-Za-z_-]{24,}",
    "Linear key": r"lin_api_[0-9A-Za-z]{40}",
    "npm token": r"npm_[0-9A-Za-z]{36}(?![0-9A-Za-z])",
    "package index token": r"pypi-AgE[0-9A-Za-z_-]{50,}",
    "Stripe key": r"[rs]k_(?:live|test)_[0-9A-Za-z]{16,}|whsec_[0-9A-Za-z]{24,}",
    "RubyGems key": r"rubygems_[0-9a-f]{48}",
    "API key": r"sk-(?:ant-|proj-|svcacct-|admin-|or-)?[0-9A-Za-z_-]{20,}",
    "Shopify token": r"shp(?:at|ss)_[0-9A-Fa-f]{32}",
    "Square secret": r"sq0csp-[0-9A-Za-z_-]{43}",
    "Slack token": r"xox[abcdeoprs]-[0-9A-Za-z%-]{15,}|xapp-[0-9]-[0-9A-Za-z-]{14,}",
}
_UNBOUNDED = {
    # Inside a JSON string the line breaks of a key block are the two characters \n.
    "private key": r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?=[^\"]{0,400}?[0-9A-Za-z+/]{32})"
    r"(?:[0-9A-Za-z+/=:,. \t\r\n-]|\\{1,4}[nrt])*?"
    r"(?:-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----|\Z)",
    "Slack webhook": r"hooks\.slack\.com/services/T[0-9A-Za-z_]{6,}/B[0-9A-Za-z_]{6,}/[0-9A-Za-z]{16,}",
    "Azure account key": r"AccountKey=[0-9A-Za-z+/]{86}==",
}
_KINDS = [*_SHAPES, *_UNBOUNDED]
_ALL = re.compile(
    r"(?<![0-9A-Za-z])(?:" + "|".join(f"({shape})" for shape in _SHAPES.values()) + ")"
    "|" + "|".join(f"({shape})" for shape in _UNBOUNDED.values())
)
_PREFIX = re.compile(r"^(?:github_pat|[0-9A-Za-z]+)[_.-](?:live_|test_)?")
# user, password: of a URL that has both before its host. In a password "@" is read as WHATWG does: the last one ends it.
_URL = re.compile(
    r"[0-9A-Za-z]:(?://|\\/\\/)[^\s/?#\"<>\\`:@]*:([^\s/?#\"<>\\`]{3,})@(?=[0-9A-Za-z_.\[$%{*‹-])(?!sha(?:256|384|512):)",
    re.ASCII,
)
_URL_KIND = "password in a URL"
# What follows the scheme of a URL, as far as nothing ends it; and in that the parameters. Neither can begin again within itself.
_AFTER_SCHEME = re.compile(r"[0-9A-Za-z]:(?://|\\/\\/)([^\s\"'<>`]+)", re.ASCII)
_PARAMETER = re.compile(rf"(?:[?&;#]|\\u0026)([0-9A-Za-z_.-]{{1,{LONGEST_PARAMETER}}})=", re.ASCII)
_ITS_VALUE = re.compile(r"[^\s&;#\"'<>`\\]+", re.ASCII)
_PARAMETER_KIND = "secret in a URL's query"
# What is not a secret in a parameter's place: words that say something about one, and what documentation writes.
_STATES = (
    " required optional invalid expired missing incorrect forgotten undefined disabled enabled changed verified protected encrypted "
    "generated "
)
_DOCUMENTED = re.compile(
    r"^(?:your|my|some|the|test|fake|dummy|sample|demo)[_-]|example|placeholder|changeme|redacted|xxx|\.\.\.",
    re.IGNORECASE,
)
# References that something else fills in: ${NAME}, $NAME, $(command), {name}, {{ name }}, %NAME%, %s, %(name)s, :name, [name]; a mask.
_REFERENCE = re.compile(
    r"(?:\$\{[\w.]+\}|\$\([^)]*\)|\$[A-Za-z_]\w*|\{[^}]*\}+|%\w+%|%[sdr]|%\(\w+\)s|\[[\w-]+\]|[*•.…x_X-]|‹sealed[^›]*›)+"
)
# What documentation writes in a password's place, alone or with a word that says whose it is.
_WORDS = (
    " password passwd passphrase passwort pass pwd psw pw secret token apikey api_key key credential credentials auth redacted "
    "hidden masked removed placeholder changeme change_me replaceme replace_me example user username x-oauth-basic x-token-auth "
)
_WHOSE = re.compile(
    r"^(?:your|my|the|some|a|an|db|database|user|the_user|enter|insert|put)[_-]?|[_-]?here$", re.IGNORECASE
)
# A port, and then a list that goes on: `http://host:8080,me@example.org`.
_PORT = re.compile(r"\d{1,5}[,;)\]}'|&]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


class Piece:
    """A piece of a text to seal: text[start:end]. `form` t: a piece of text; j: a whole JSON value. `what` names it
    for people.
    """

    __slots__ = ("end", "form", "start", "what")

    def __init__(self, start: int, end: int, form: str, what: str) -> None:
        self.start = start
        self.end = end
        self.form = form
        self.what = what


def in_text(text: str) -> list[Piece]:
    """The well-known secrets in a text (or in the text of a JSON document), in order, none overlapping another."""
    found = []
    for match in _ALL.finditer(text):
        kind = _KINDS[(match.lastindex or 1) - 1]
        if kind in _UNBOUNDED or not _is_placeholder(match.group()):
            found.append(Piece(match.start(), match.end(), "t", kind))
    if "://" in text or ":\\/" in text:
        found = merged(found + _passwords(text) + _parameters(text))
    return found


def _passwords(text: str) -> list[Piece]:
    """The passwords of the URLs in a text, without what stands around them."""
    return [
        Piece(match.start(1), match.end(1), "t", _URL_KIND)
        for match in _URL.finditer(text)
        if not _is_no_password(match.group(1))
    ]


def _parameters(text: str) -> list[Piece]:
    """The secrets in the queries and fragments of the URLs in a text, without their names."""
    found = []
    for url in _AFTER_SCHEME.finditer(text):
        at, end = url.span(1)
        while (match := _PARAMETER.search(text, at, end)) is not None:
            at = match.end()  # another parameter's value may be a URL with parameters of its own
            name = match.group(1).translate(_NO_SEPARATORS).lower().encode()
            if name not in PASSWORD_PARAMETERS and name not in TOKEN_PARAMETERS:
                continue
            whole = _ITS_VALUE.match(text, at, end)
            if whole is None:
                continue
            value = whole.group().rstrip(".,:?)]}*|")
            if _is_password(value) if name in PASSWORD_PARAMETERS else _is_token(value):
                found.append(Piece(at, at + len(value), "t", _PARAMETER_KIND))
            at = whole.end()
    return found


_NO_SEPARATORS = str.maketrans("", "", "_-.")


def _is_password(value: str) -> bool:
    """Whether a parameter's value can be a password: no placeholder, no short word, nothing said about a password.

    >>> [_is_password(value) for value in ("hunter2", "Secret!", "correcthorse", "reset", "required", "$1", "%24%7BPW%7D")]
    [True, True, True, False, False, False, False]
    """
    if len(value) < 5 or _stands_for_one(value) or f" {value.lower()} " in _STATES:
        return False
    return len(value) >= 8 or not (value.isalpha() and (value.islower() or value.isupper()))


def _is_token(value: str) -> bool:
    """The same of a token, which is longer, and no word: it has digits, or is long and of both cases.

    >>> [_is_token(value) for value in ("a1b2c3d4", "550e8400-e29b", "refresh_token", "accessToken", "4096", "YOUR_KEY_1")]
    [True, True, False, False, False, False]
    """
    if len(value) < 8 or _stands_for_one(value):
        return False
    if any(c.isdigit() for c in value):
        return not value.isdigit() or len(value) >= 12
    return len(value) >= 20 and value.lower() != value != value.upper() and "_" not in value and "-" not in value


def _stands_for_one(value: str) -> bool:
    """Whether something else is to come in its place."""
    plain = value
    if "%" in value:
        from urllib.parse import unquote

        plain = unquote(value)
    opened = plain.startswith(("$(", "${", "{", "[", "<", ":", "@")) and ":-" not in plain
    return opened or _is_no_password(value) or _is_no_password(plain) or _DOCUMENTED.search(plain) is not None


def _is_no_password(word: str) -> bool:
    """Whether it is a reference that something fills in later, documentation's word for one, or a port with more behind it.

    >>> [_is_no_password(word) for word in ("${PASSWORD}", "YOUR_PASSWORD", "8080,me", "hunter2", "pa$$word1")]
    [True, True, True, False, False]
    """
    if _REFERENCE.fullmatch(word) or _PORT.match(word):
        return True
    plain = word.lower()
    return f" {plain} " in _WORDS or f" {_WHOSE.sub('', plain)} " in _WORDS


def _is_placeholder(token: str) -> bool:
    """Documentation's examples: the word EXAMPLE, too few different characters, or words instead of randomness."""
    body = _PREFIX.sub("", token, count=1)
    body = token[4:] if body == token else body
    if "EXAMPLE" in token.upper() or len(set(body)) < 7:
        return True
    # What has neither digits nor capitals is words: `glpat-your-token-here-please`.
    if not re.search("[0-9A-Z]", body):
        return True
    # `sk-` begins kebab-case names, too: a key has an unbroken random part with letters and digits, without a maker's word at once.
    if token.startswith("sk-"):
        named = re.match("sk-(?:ant|proj|svcacct|admin|or)-", token)
        parts = re.split(r"[-_]", token[named.end() :]) if named else [re.split(r"[-_]", token[3:])[0]]
        shortest = 16 if named else 20
        return not any(
            len(part) >= shortest and re.search("[0-9]", part) and re.search("[A-Za-z]", part) for part in parts
        )
    return False


def in_json(document: str, names: tuple[str, ...]) -> list[Piece]:
    """The values of all object members whose name is in `names` (normal names) and that have a string in them, at any
    depth.

    `document` is valid JSON. A value with only numbers, true, false and null is a count and stays. In order; an inner
    one is not listed beside the outer one.
    """
    found: list[Piece] = []
    frames: list[list[object]] = []  # [is object, the name of the member being read or None]
    opened = -1  # where the value being collected began, in a frame of depth `depth`
    depth = 0
    has_string = False
    name = ""
    for match in _TOKEN.finditer(document):
        token = match.group()
        first = token[0]
        frame = frames[-1] if frames else None
        if first in ",:":
            continue
        if first == '"' and frame is not None and frame[0] and frame[1] is None:
            frame[1] = _unquoted(token)
            continue
        is_member = frame is not None and frame[0] and frame[1] is not None
        if first in "}]":
            frames.pop()
            frame = frames[-1] if frames else None
        elif opened < 0 and is_member and frame is not None and normal(str(frame[1])) in names:
            opened, depth, has_string, name = match.start(), len(frames), False, str(frame[1])
        if first == '"':
            has_string = True
        if first in "{[":
            frames.append([first == "{", None])
            continue
        if opened >= 0 and len(frames) == depth:
            if has_string:
                found.append(Piece(opened, match.end(), "j", name))
            opened = -1
        if frame is not None:
            frame[1] = None
    return found


def has_string(document: str) -> bool:
    """Whether a valid JSON document has a string as a value anywhere: `{"input": 1523}` has none."""
    return bool(in_json('{"x":' + document + "}", ("x",)))


def _unquoted(token: str) -> str:
    if "\\" not in token:
        return token[1:-1]
    import json

    try:
        return str(json.loads(token, strict=False))
    except ValueError:
        return token[1:-1]


def merged(pieces: list[Piece]) -> list[Piece]:
    """The pieces in order; one that lies inside or across an earlier, larger one is left out or joined."""
    ordered = sorted(pieces, key=lambda piece: (piece.start, -piece.end))
    kept: list[Piece] = []
    for piece in ordered:
        if not kept or piece.start >= kept[-1].end:
            kept.append(piece)
    return kept
