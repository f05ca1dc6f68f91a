"""`MEMORY_ENCRYPTION_KEY_COMMAND`: runs a program that prints the key or passphrase."""

from __future__ import annotations

import json
import shlex
import subprocess

from hooks_cli.errors import KeySourceError

SECONDS = 10
_LONGEST_OUTPUT = 4096


def arguments(command: object, name: str = "MEMORY_ENCRYPTION_KEY_COMMAND") -> list[str]:
    """The argument list of a command given as a list, a JSON list of strings, or words quoted as for a shell.

    Raises KeySourceError (78).

    >>> arguments('["pass", "show", "a b"]') == arguments("pass show 'a b'")
    True
    """
    text = command.strip() if isinstance(command, str) else json.dumps(command)
    if text.startswith("["):
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        words = found if isinstance(found, list) and all(isinstance(word, str) for word in found) else []
    else:
        try:
            words = shlex.split(text)
        except ValueError:
            words = []
    if not words or any("\0" in word for word in words):
        raise KeySourceError(
            reason=f"{name} is neither a JSON list of strings nor a line of words",
            hint="For example: MEMORY_ENCRYPTION_KEY_COMMAND='pass show hooks-cli'",
        )
    return words


def output(command: object, name: str = "MEMORY_ENCRYPTION_KEY_COMMAND") -> str:
    """What the command prints, run without a shell, without input, for at most 10 s. Raises KeySourceError (78).

    Neither its output nor its messages are ever repeated in an error: they may hold the key.
    """
    words = arguments(command, name)
    try:
        ended = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except OSError as problem:
        raise _failed(name, words, f"cannot be started: {problem.strerror}") from problem
    except subprocess.TimeoutExpired:
        raise _failed(name, words, f"took more than {SECONDS} s and was stopped") from None
    if ended.returncode != 0:
        how = f"ended with exit code {ended.returncode}" if ended.returncode > 0 else "was killed by a signal"
        raise _failed(name, words, how)
    if len(ended.stdout) > _LONGEST_OUTPUT:
        raise _failed(name, words, "printed more than a key or a passphrase")
    try:
        text = ended.stdout.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise _failed(name, words, "printed something that is not text") from None
    if not text.strip():
        raise _failed(name, words, "printed nothing")
    return text


def _failed(name: str, words: list[str], how: str) -> KeySourceError:
    return KeySourceError(
        reason=f"the command in {name}, {words[0]}, {how}",
        hint="Run it by hand to see what is wrong; it must print the key or the passphrase and nothing else.",
    )
