"""Rules for programs that handle files and disks: what each can destroy.

A rule takes the program's words and whether more words come from a pipe (`xargs`), and gives (rule, reason) pairs.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Found = list[tuple[str, str]]
    Rule = Callable[[list[str], bool], Found]

# Folders that hold nothing but what their tools make again; `build` and `dist` may hold more.
# fmt: off
REGENERABLE = (
    "node_modules", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".tox", ".nox", ".next", ".nuxt",
    ".turbo", ".parcel-cache", ".gradle", ".cache",
)
# fmt: on
SYSTEM_ROOTS = (
    "/",
    "/*",
    "~",
    "~/",
    "~/*",
    "$HOME",
    "${HOME}",
    "$HOME/",
    "$HOME/*",
    "*",
    ".",
    "./",
    "./*",
    "..",
    "../*",
    ".*",
)
SYSTEM_FOLDERS = (
    "bin",
    "boot",
    "dev",
    "etc",
    "home",
    "lib",
    "lib64",
    "opt",
    "proc",
    "root",
    "sbin",
    "sys",
    "usr",
    "var",
    "Users",
)
SYSTEM_FILES = ("/etc/passwd", "/etc/shadow", "/etc/sudoers", "/etc/fstab", "/etc/hosts")
HARMLESS_DEVICES = ("null", "stdout", "stderr", "stdin", "tty", "zero", "full", "random", "urandom", "fd", "shm", "pts")


def _remove(words: list[str], piped: bool) -> Found:
    recursive, force, targets = _rm_words(words)
    if "--no-preserve-root" in words:
        return [("delete-tree", "it deletes the whole file system")]
    broad = [t for t in targets if _is_broad(t)]
    if recursive and broad:
        return [("delete-tree", f"it deletes {broad[0]} and everything in it")]
    if broad and force:
        return [("delete-tree", f"it deletes {broad[0]} without asking")]
    if not (recursive and force):
        return []
    left = [t for t in targets if not _is_regenerable(t)]
    if left:
        return [("delete-tree", f"it deletes {left[0]} and everything in it, without asking")]
    return [("delete-tree", "it deletes whole folders that another command names")] if piped else []


def _rm_words(words: list[str]) -> tuple[bool, bool, list[str]]:
    recursive = force = ended = False
    targets = []
    for word in words:
        if ended or not word.startswith("-") or word == "-":
            targets.append(word)
        elif word == "--":
            ended = True
        elif word.startswith("--"):
            recursive = recursive or word == "--recursive"
            force = force or word == "--force"
        else:
            recursive = recursive or "r" in word or "R" in word
            force = force or "f" in word
    return recursive, force, targets


def _is_broad(target: str) -> bool:
    if target in SYSTEM_ROOTS:
        return True
    parts = [part for part in target.split("/") if part and part != "."]
    if not target.startswith("/"):
        return False
    if not parts or parts == ["*"]:
        return True
    return parts[0] in SYSTEM_FOLDERS and (
        len(parts) == 1 or (len(parts) == 2 and (parts[1] == "*" or parts[0] in ("home", "Users")))
    )


def _is_regenerable(target: str) -> bool:
    last = target.rstrip("/").removesuffix("/*").rsplit("/", 1)[-1]
    return not target.startswith(("/", "~", "$", "..")) and (last in REGENERABLE or last.endswith(".egg-info"))


def is_device(path: str) -> bool:
    """Whether `path` is a disk or another device that loses something when it is written to."""
    return path.startswith("/dev/") and path[5:].split("/")[0] not in HARMLESS_DEVICES


def _dd(words: list[str], piped: bool) -> Found:
    for word in words:
        if word.startswith("of=") and is_device(word[3:]):
            return [("write-to-device", f"it writes over the device {word[3:]}")]
    return []


def _mode(words: list[str], piped: bool) -> Found:
    plain = [word for word in words if not word.startswith("-")]
    recursive = any(word == "--recursive" or (word[:1] == "-" and word[1:2] != "-" and "R" in word) for word in words)
    if not plain:
        return []
    digits = plain[0].lstrip("0")
    open_to_all = digits in ("777", "666", "776", "767") or plain[0] in (
        "a+w",
        "o+w",
        "a+rwx",
        "o+rwx",
        "ugo+rwx",
        "a=rwx",
        "+w",
        "+rwx",
    )
    if recursive and open_to_all:
        return [("open-permissions", "it lets every user of the machine change these files")]
    if recursive and any(_is_broad(target) and target not in (".", "./", "*", "./*") for target in plain[1:]):
        return [("change-system-permissions", "it changes the permissions of the whole system")]
    if open_to_all and any(
        target.startswith(("/etc", "/usr", "/bin", "/var")) or target == "/" for target in plain[1:]
    ):
        return [("open-permissions", "it lets every user of the machine change system files")]
    return []


def _owner(words: list[str], piped: bool) -> Found:
    plain = [word for word in words if not word.startswith("-")]
    recursive = any(word == "--recursive" or (word[:1] == "-" and word[1:2] != "-" and "R" in word) for word in words)
    if recursive and any(_is_broad(target) and target not in (".", "./", "*", "./*") for target in plain[1:]):
        return [("change-system-permissions", "it changes the owner of the whole system")]
    return []


def _find(words: list[str], piped: bool) -> Found:
    if "-delete" not in words:
        return []
    starts = [word for word in words[: words.index("-delete")] if not word.startswith("-")]
    narrowed = any(
        w in ("-name", "-iname", "-path", "-ipath", "-regex", "-empty", "-mtime", "-mmin", "-size", "-newer")
        for w in words
    )
    if not narrowed or (starts and _is_broad(starts[0]) and starts[0] not in (".", "./")):
        return [("delete-tree", "it deletes everything that it finds")]
    return []


def find_commands(words: list[str]) -> list[str]:
    """The command lines that `find` runs by -exec and its kin, quoted as they were not."""
    lines = []
    for at, word in enumerate(words):
        if word in ("-exec", "-execdir", "-ok", "-okdir"):
            rest = words[at + 1 :]
            end = next((i for i, w in enumerate(rest) if w in (";", "+")), len(rest))
            lines.append(requoted(rest[:end]))
    return lines


def requoted(words: list[str]) -> str:
    """The words as a command line that has just these words again."""
    return " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)


def _copy(words: list[str], piped: bool) -> Found:
    plain = [word for word in words if not word.startswith("-")]
    if len(plain) > 1 and is_device(plain[-1]):
        return [("write-to-device", f"it writes over the device {plain[-1]}")]
    return []


def _move(words: list[str], piped: bool) -> Found:
    plain = [word for word in words if not word.startswith("-")]
    if len(plain) > 1 and plain[-1] == "/dev/null":
        return [("delete-tree", "it moves files to /dev/null, which deletes them")]
    if any(_is_broad(target) and target.startswith(("/", "~", "$")) for target in plain[:-1]):
        return [("delete-tree", "it moves the system or the home folder away")]
    return _copy(words, piped)


def _tee(words: list[str], piped: bool) -> Found:
    devices = [word for word in words if is_device(word)]
    return [("write-to-device", f"it writes over the device {devices[0]}")] if devices else []


def _kill(words: list[str], piped: bool) -> Found:
    return [("kill-everything", "it ends every process of the user")] if words[-1:] == ["-1"] and len(words) > 1 else []


def _powershell_remove(words: list[str], piped: bool) -> Found:
    low = [word.lower() for word in words]
    if any(word.startswith("-rec") or word == "-r" for word in low) and any(word.startswith("-fo") for word in low):
        return [("delete-tree", "it deletes whole folders without asking")]
    return []


def _windows_remove(words: list[str], piped: bool) -> Found:
    if any(word.lower() == "/s" for word in words):
        return [("delete-tree", "it deletes a folder and everything in it")]
    return []


def _inline_code(words: list[str], piped: bool) -> Found:
    for at, word in enumerate(words[:-1]):
        if word in ("-c", "-e", "--eval") and any(
            call in words[at + 1] for call in ("rmtree(", "rmSync(", "rm_rf", "rm -rf ")
        ):
            return [("delete-tree", "the code that it runs deletes whole folders")]
    return []


FILE_RULES: dict[str, Rule] = {
    "rm": _remove,
    "dd": _dd,
    "chmod": _mode,
    "chown": _owner,
    "chgrp": _owner,
    "find": _find,
    "cp": _copy,
    "mv": _move,
    "tee": _tee,
    "kill": _kill,
    "Remove-Item": _powershell_remove,
    **dict.fromkeys(("rd", "rmdir", "del", "erase"), _windows_remove),
    **dict.fromkeys(("python", "python3", "node", "ruby", "perl"), _inline_code),
}
