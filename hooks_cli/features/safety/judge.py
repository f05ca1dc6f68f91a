"""Judges by its text whether a shell command destroys something that cannot be recovered. Pure.

`dangers(command)` names each rule that the command breaks, with the reason in words for a user. It judges what a line would *run*
(`shell_words`): a quoted mention (`echo "rm -rf /"`, `git commit -m "rm -rf"`, `grep "DROP TABLE"`) is not a danger, the same text
given to a shell or a database client is. It is a seat belt and no sandbox: a command can be hidden from it on purpose.

Folders of nothing but caches (`node_modules`, `__pycache__` …) may be deleted without a word; everything else that `rm -rf` is given
is named, because a memory of commands cannot know what was in it.

>>> [rule for rule, reason in dangers("sudo rm -rf / && git commit -m 'rm -rf'")]
['delete-tree']
>>> dangers("rm -rf node_modules && echo 'DROP TABLE x' | grep DROP")
[]
"""

from __future__ import annotations

from hooks_cli.features.safety import file_commands as files
from hooks_cli.features.safety import program_rules as programs
from hooks_cli.features.safety.shell_parser import MAX_DEPTH, Simple, pipelines

# Longer commands are judged by their beginning: real commands are shorter, and a hook has no time for it.
MAX_COMMAND = 65_536

SHELLS = ("sh", "bash", "zsh", "dash", "ksh", "ash", "fish", "busybox")
INTERPRETERS = (*SHELLS, "python", "python3", "perl", "ruby", "node", "php", "deno", "bun", "pwsh", "powershell")
FETCHERS = ("curl", "wget", "fetch", "http", "https", "aria2c", "iwr", "irm")
_WRAPPERS = {
    # program: its options that take a value
    "sudo": ("-u", "-g", "-h", "-p", "-C", "-T", "-r", "-t", "-U", "-D", "-R"),
    "doas": ("-u", "-C"),
    "env": ("-u", "-C", "-S", "--unset", "--chdir"),
    "nohup": (),
    "time": ("-f", "-o"),
    "nice": ("-n",),
    "ionice": ("-c", "-n", "-p"),
    "timeout": ("-s", "-k", "--signal", "--kill-after"),
    "stdbuf": ("-i", "-o", "-e"),
    "setsid": (),
    "command": (),
    "builtin": (),
    "exec": ("-a",),
    "xargs": ("-I", "-n", "-P", "-L", "-d", "-s", "-a", "-E", "--max-args", "--max-procs", "--replace", "--delimiter"),
    "parallel": ("-j", "--jobs"),
    "watch": ("-n", "--interval"),
    "strace": ("-o", "-e", "-p"),
    "chroot": (),
    "unbuffer": (),
}


def dangers(command: str) -> list[tuple[str, str]]:
    """The (rule, reason) pairs of what `command` would destroy, each rule once, in the order of the line; [] when nothing."""
    found: dict[str, str] = {}
    for rule, reason in _judge(command[:MAX_COMMAND], 0):
        found.setdefault(rule, reason)
    return list(found.items())


def _judge(text: str, depth: int) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if depth > MAX_DEPTH:
        return found
    if programs.is_bare_sql(text):
        found.extend(programs.sql_dangers(text))
    for pipeline in pipelines(text, depth):
        before: list[tuple[str, list[str]]] = []
        for at, command in enumerate(pipeline):
            name, words, wrapped = _unwrapped(command.words)
            fed = command.stdin
            if at and not fed:
                fed = _printed(*before[-1]) if before else ""
            found.extend(_judge_one(command, name, words, wrapped, fed, depth))
            if at and name in INTERPRETERS and not _has_script(name, words):
                fetcher = next((n for n, _ in before if n in FETCHERS), "")
                if fetcher:
                    found.append(("pipe-to-shell", f"it runs what {fetcher} downloads, unseen"))
            before.append((name, words))
        if len(pipeline) > 1 and _calls_itself(pipeline):
            found.append(("fork-bomb", "it starts copies of itself until the machine stops responding"))
    return found


def _judge_one(
    command: Simple, name: str, words: list[str], wrapped: list[str], fed: str, depth: int
) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    rule = programs.RULES.get(name)
    if rule is not None:
        found.extend(rule(words, "xargs" in wrapped or "parallel" in wrapped))
    found.extend(programs.by_name(name, words))
    if name == "rm" and ("sudo" in wrapped or "doas" in wrapped) and not found:
        found.append(("delete-as-root", "it deletes as root"))
    for target in command.targets:
        if files.is_device(target):
            found.append(("write-to-device", f"it writes over the device {target}"))
        elif target in files.SYSTEM_FILES:
            found.append(("overwrite-system-file", f"it writes to {target}"))
    if name in programs.DATABASE_CLIENTS:
        found.extend(programs.sql_dangers(" ; ".join([*words, fed])))
    for text in _handed_to_a_shell(name, words, fed):
        found.extend(_judge(text, depth + 1))
    if name in ("eval", "source", ".", *INTERPRETERS):
        fetcher = next((n for n in (_unwrapped(inner.words)[0] for inner in command.inner) if n in FETCHERS), "")
        if fetcher:
            found.append(("pipe-to-shell", f"it runs what {fetcher} downloads, unseen"))
    return found


def _unwrapped(words: list[str]) -> tuple[str, list[str], list[str]]:
    """The program that really runs, its words, and the wrappers (`sudo`, `xargs` …) that were in front of it."""
    wrapped: list[str] = []
    at = 0
    while at < len(words):
        while at < len(words) and _is_assignment(words[at]):
            at += 1
        if at >= len(words):
            break
        name = _program(words[at])
        if name not in _WRAPPERS:
            return name, words[at + 1 :], wrapped
        wrapped.append(name)
        valued = _WRAPPERS[name]
        at += 1
        while at < len(words) and (words[at].startswith("-") or (name == "env" and _is_assignment(words[at]))):
            if words[at] == "--":
                at += 1
                break
            at += 2 if words[at] in valued else 1
        if name in ("timeout", "chroot"):
            at += 1  # the duration, the new root
    return "", [], wrapped


def _program(word: str) -> str:
    name = word.rsplit("/", 1)[-1].rsplit("\\", 1)[-1]
    return name[:-4].lower() if name.lower().endswith(".exe") else name


def _is_assignment(word: str) -> bool:
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier()


def _handed_to_a_shell(name: str, words: list[str], fed: str) -> list[str]:
    """Texts among a command's words, or on its stdin, that it runs as a command line."""
    if name == "eval":
        return [" ".join(words)]
    if name in ("ssh", "su", "runuser") and words:
        if name == "ssh":
            return [" ".join(programs.after_options(words, ("-p", "-i", "-l", "-o", "-F", "-J", "-L", "-R", "-D"))[1:])]
        return [words[i + 1] for i, word in enumerate(words[:-1]) if word in ("-c", "--command")]
    if name in ("cmd", "cmd.exe") and len(words) > 1 and words[0].lower() in ("/c", "/k"):
        return [" ".join(words[1:])]
    if name == "find":
        return files.find_commands(words)
    if name in ("docker", "podman", "kubectl", "docker-compose") and "exec" in words:
        inside = words[words.index("exec") + 1 :]
        start = next(
            (i for i, word in enumerate(inside) if word in SHELLS or word in ("rm", "psql", "mysql")), len(inside)
        )
        return [files.requoted(inside[start:])]
    if name not in (*SHELLS, "pwsh", "powershell"):
        return [fed] if name == "at" else []
    texts = []
    for i, word in enumerate(words[:-1]):
        short = word.startswith("-") and not word.startswith("--") and word.endswith("c")
        if short or word.lower() in ("-command", "/c"):
            texts.append(words[i + 1])
    if name == "busybox" and words:
        texts.append(files.requoted(words))
    if not texts and fed and not _has_script(name, words):
        texts.append(fed)
    return texts


def _has_script(name: str, words: list[str]) -> bool:
    """Whether an interpreter was given something to run, so that it reads no program from stdin."""
    for word in words:
        if word in ("-", "-s", "/dev/stdin"):
            return False
        if word in ("-c", "-e", "-m", "-r", "-Command") or not word.startswith("-"):
            return True
    return False


def _printed(name: str, words: list[str]) -> str:
    """What `echo` or `printf` prints into a pipe."""
    if name not in ("echo", "printf"):
        return ""
    return " ".join(words[1:] if words[:1] in (["-n"], ["-e"], ["-ne"], ["-en"]) else words)


def _calls_itself(pipeline: list[Simple]) -> bool:
    names = {command.words[0] for command in pipeline if command.words}
    return len(names) == 1 and names.pop() in pipeline[-1].functions
