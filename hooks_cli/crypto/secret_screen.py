"""Tells cheaply whether a value may contain a secret, by substring search. Every write asks it.

`reason` says yes a little too often and never no where `crypto.secret_finder` (cold, exact) would find something; a property
test holds the two together. Most writes get their None here and load nothing more.
"""

from __future__ import annotations

DEFAULT_NAMES = ("api_keys", "credentials", "tokens")

# What a well-known secret begins with; it is 20 characters long at least, prefix included. The exact shapes:
# `crypto.secret_finder`.
SHORTEST = 20
SHAPES = (
    b"ABIA",
    b"ACCA",
    b"AKIA",
    b"ASIA",
    b"AIza",
    b"ATATT3x",
    b"AGE-SECRET-KEY-1",
    b"EAACEdEose0cBA",
    b"GOCSPX-",
    b"PMAK-",
    b"SG.",
    b"NRAK-",
    b"dapi",
    b"dckr_pat_",
    b"dop_v1_",
    b"dp.",
    b"eyJ",
    b"figd_",
    b"ghp_",
    b"gho_",
    b"ghu_",
    b"ghs_",
    b"ghr_",
    b"github_pat_",
    b"glagent-",
    b"glc_",
    b"glcbt-",
    b"gldt-",
    b"glft-",
    b"glimt-",
    b"gloas-",
    b"glpat-",
    b"glptt-",
    b"glrt-",
    b"glsa_",
    b"glsoat-",
    b"gsk_",
    b"hf_",
    b"hvs.",
    b"lin_api_",
    b"npm_",
    b"ntn_",
    b"pplx-",
    b"pscale_",
    b"pypi-AgE",
    b"r8_",
    b"rk_live_",
    b"rk_test_",
    b"rubygems_",
    b"sbp_",
    b"sntry",
    b"sk-",
    b"sk_live_",
    b"sk_test_",
    b"shpat_",
    b"shpss_",
    b"sq0csp-",
    b"whsec_",
    b"xai-",
    b"xapp-",
    b"xox",
    b"ya29.",
)
# Looked for in the whole text, one search each. SLASHES are a token's ("1//0") or a URL's, which may have a password.
PLAIN_SHAPES = (
    b"PRIVATE KEY",
    b"hooks.slack.com/services/",
    b"AccountKey=",
)
SLASHES = b"//"
URL = b"://"
# The same in a JSON document that escapes its slashes.
ESCAPED_URL = b":\\/"
# The parameters of a URL's query or fragment that hold a secret, without separators; the values' shapes: `crypto.secret_finder`.
PASSWORD_PARAMETERS = frozenset(
    (b"password", b"passwd", b"passphrase", b"pwd", b"pass", b"userpassword", b"dbpassword")
)
TOKEN_PARAMETERS = frozenset(
    b"token accesstoken authtoken refreshtoken idtoken bearertoken sessiontoken apitoken securitytoken xamzsecuritytoken oauthtoken "
    b"privatetoken jobtoken jwt apikey xapikey accesskey secretkey privatekey authkey subscriptionkey secret clientsecret appsecret "
    b"sharedsecret signature sig xamzsignature".split()
)
LONGEST_PARAMETER = 32
# Lower case, and "&" for every sign that a parameter begins after.
_NAMES = bytes([38 if c in b"?;#" else c + 32 if 65 <= c <= 90 else c for c in range(256)])
# What ends the part of a URL that can have a password in it. (RFC 3986, 3.2; and what quotes a URL in a text.)
URL_ENDS = b' \t\r\n\v\f/?#"<>\\`'
# Letters, digits, "_", "-" and "." become "a", all else a space: a run of 20 of them is one search.
_RUNS = bytes([97 if (chr(c).isalnum() and c < 128) or c in b"_-." else 32 for c in range(256)])
_RUN = b"a" * SHORTEST

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
    data = text.encode("utf-8", "surrogatepass")
    runs = data.translate(_RUNS)
    at = runs.find(_RUN)
    long_runs = []
    while at >= 0:
        end = runs.find(b" ", at)
        end = len(data) if end < 0 else end
        long_runs.append(data[at:end])
        at = runs.find(_RUN, end)
    if long_runs:
        joined = b" ".join(long_runs)
        for start in SHAPES:
            at = joined.find(start)
            while at >= 0:
                # Within a run it may begin after "_", "-" or ".": "old-ghp_…".
                if at == 0 or joined[at - 1] in b" _-.":
                    return True
                at = joined.find(start, at + 1)
    for shape in PLAIN_SHAPES:
        if shape in data:
            return True
    if SLASHES in data and (b"1//0" in data or (URL in data and (_has_password(data) or _has_secret_parameter(data)))):
        return True
    if ESCAPED_URL in data:
        data = data.replace(b"\\/", b"/")
        return _has_password(data) or _has_secret_parameter(data)
    return False


def _has_password(data: bytes) -> bool:
    """Whether a URL says `//…:…@`: between its slashes and an "@" there is a colon, and nothing that ends a host.

    Every byte is looked at once or twice, however many URLs and "@" there are.
    """
    after = 0
    at = data.find(b"@")
    while at >= 0:
        start = data.rfind(URL, after, at)
        if start >= 0:
            user = data[start + len(URL) : at]
            if b":" in user and len(user.translate(None, URL_ENDS)) == len(user):
                return True
        after = at + 1
        at = data.find(b"@", after)
    return False


def _has_secret_parameter(data: bytes) -> bool:
    """Whether something that could be a URL's parameter has such a name: between a `?`, `&`, `;` or `#` and a `=`."""
    if b"?" not in data and b"#" not in data:
        return False
    plain = data[data.find(URL) :].replace(b"\\u0026", b"&").translate(_NAMES, b"_-.")
    for piece in plain.split(b"=")[:-1]:
        _, separator, name = piece[-LONGEST_PARAMETER - 1 :].rpartition(b"&")
        if separator and (name in TOKEN_PARAMETERS or name in PASSWORD_PARAMETERS):
            return True
    return False


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
