"""Addresses (the keys of entries, such as `a/b/c`): their rules, and globs over them.

An address is 1 to 1,024 bytes of UTF-8 with no control characters and no empty, `.` or `..` segment (segments are what `/`
separates). `--namespace N --key K` is another spelling of `N/K`; `--namespace default` (or none) means K alone.

Globs are SQLite's GLOB: `*` crosses `/`, `?` is one character, `[…]` a set. Their literal prefix makes them a range scan.
"""

from __future__ import annotations

from hooks_cli.errors import InvalidAddress

MAX_BYTES = 1024
DEFAULT_NAMESPACE = "default"
ALL_NAMESPACES = "all"


def check(address: str) -> str:
    """Return the address unchanged.

    Raises InvalidAddress (65) that says what is wrong with it.
    """
    try:
        size = len(address.encode())
    except UnicodeEncodeError:
        raise InvalidAddress(address=address, reason="it is not valid UTF-8") from None
    if not size:
        raise InvalidAddress(address=address, reason="it is empty")
    if size > MAX_BYTES:
        raise InvalidAddress(
            address=address[:40] + "…", reason=f"it is {size} bytes long, at most {MAX_BYTES} are allowed"
        )
    if not address.isprintable() and any(is_control(c) for c in address):
        raise InvalidAddress(address=address, reason="it has a control character")
    if address[0] == "/" or address[-1] == "/" or "//" in address:
        where = "it begins with a slash" if address[0] == "/" else "it ends with a slash"
        where = where if "/" in (address[0], address[-1]) else "it has two slashes in a row"
        raise InvalidAddress(
            address=address, reason=f"{where}, which makes an empty segment (is a variable in it empty?)"
        )
    if "." in address and any(segment in (".", "..") for segment in address.split("/")):
        raise InvalidAddress(address=address, reason="it has a '.' or '..' segment")
    return address


def is_control(character: str) -> bool:
    """Whether it is a C0 or C1 control character, DEL, or a line or paragraph separator."""
    code = ord(character)
    return code < 32 or 127 <= code < 160 or code in (0x2028, 0x2029)


def join(namespace: str, key: str) -> str:
    """The address (or glob) that a namespace and a key spell.

    >>> join("sparc/auth-service", "specifications"), join("default", "k"), join("", "k")
    ('sparc/auth-service/specifications', 'k', 'k')
    """
    namespace = namespace.rstrip("/")
    if namespace in ("", DEFAULT_NAMESPACE):
        return key
    return f"{namespace}/{key}"


def without_namespace(namespace: str) -> tuple[str, ...]:
    """The globs to leave out where something is taken away from a namespace: of `default` only addresses without one may go.

    >>> without_namespace("default"), without_namespace("swarm")
    (('*/*',), ())
    """
    return ("*/*",) if namespace.rstrip("/") == DEFAULT_NAMESPACE else ()


def under(namespace: str) -> str:
    """The glob for all that lies in a namespace, which may be a glob itself. `default` is none, so that it narrows nothing.

    >>> under("swarm"), under("all"), under("default"), under("swarm/*")
    ('swarm/*', '*', '*', 'swarm/*')
    """
    namespace = namespace.rstrip("/")
    if namespace in ("", DEFAULT_NAMESPACE, ALL_NAMESPACES, "*"):
        return "*"
    return namespace if namespace.endswith("*") else f"{namespace}/*"


def is_glob(pattern: str) -> bool:
    """Whether it has a character that GLOB reads as more than itself."""
    return "*" in pattern or "?" in pattern or "[" in pattern


def left_alone(words: list[str]) -> tuple[str, ...]:
    """The globs that `--exclude` and its other spellings name, also several with commas: a name without a wildcard is that address, and
    all that lies in the namespace of that name.

    >>> left_alone(["prod", "dev/*/temp, logs/"]), left_alone(["all"])
    (('prod', 'prod/*', 'dev/*/temp', 'logs', 'logs/*'), ('all', 'all/*'))
    """
    globs: list[str] = []
    for word in (part.strip() for text in words for part in text.split(",")):
        name = word.rstrip("/")
        if name:
            globs += [word] if is_glob(word) else [name, f"{name}/*"]
    return tuple(globs)


def literal_prefix(pattern: str) -> str:
    """What every match of the glob begins with.

    >>> literal_prefix("swarm/perf*/x"), literal_prefix("*"), literal_prefix("a[b]")
    ('swarm/perf', '', 'a')
    """
    ends = [at for at in (pattern.find("*"), pattern.find("?"), pattern.find("[")) if at >= 0]
    return pattern[: min(ends)] if ends else pattern


def after_prefix(prefix: str) -> str | None:
    """The smallest text that sorts after everything that begins with `prefix` (by UTF-8 bytes), None if there is none.

    The last character is raised by one; one that cannot be raised is dropped. Surrogates cannot stand in UTF-8: U+D7FF -> U+E000.

    >>> after_prefix("swarm/"), after_prefix("")
    ('swarm0', None)
    """
    while prefix:
        code = ord(prefix[-1])
        if code < 0x10FFFF:
            return prefix[:-1] + chr(0xE000 if code == 0xD7FF else code + 1)
        prefix = prefix[:-1]
    return None
