"""`MEMORY_ENCRYPTION_KEY_COMMAND`: runs a program that prints the key or passphrase."""

from __future__ import annotations

import json
import os
import select
import shlex
import signal
import subprocess
import time

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
        except (ValueError, RecursionError):
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
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
    except OSError as problem:
        raise _failed(name, words, f"cannot be started: {problem.strerror}") from problem
    printed, trouble = _read(process)
    if trouble:
        raise _failed(name, words, trouble)
    try:
        text = printed.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise _failed(name, words, "printed something that is not text") from None
    if not text.strip():
        raise _failed(name, words, "printed nothing")
    return text


def _read(process: subprocess.Popen[bytes]) -> tuple[bytes, str]:
    """(output, "") of a command, or (b"", what was wrong). A command that prints too much or takes too long is killed."""
    assert process.stdout is not None
    printed = b""
    until = time.monotonic() + SECONDS
    trouble = ""
    try:
        while not trouble:
            if not select.select([process.stdout], [], [], max(0.0, until - time.monotonic()))[0]:
                trouble = f"took more than {SECONDS} s and was stopped"
                break
            piece = os.read(process.stdout.fileno(), _LONGEST_OUTPUT + 1)
            if not piece:
                break
            printed += piece
            if len(printed) > _LONGEST_OUTPUT:
                trouble = "printed more than a key or a passphrase"
        if not trouble:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                trouble = f"took more than {SECONDS} s and was stopped"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()
        process.wait()
    if not trouble and process.returncode > 0:
        trouble = f"ended with exit code {process.returncode}"
    elif not trouble and process.returncode < 0:
        trouble = "was killed by a signal"
    return (b"" if trouble else printed), trouble


def _failed(name: str, words: list[str], how: str) -> KeySourceError:
    return KeySourceError(
        reason=f"the command in {name}, {words[0]}, {how}",
        hint="Run it by hand to see the error; it must print the key or the passphrase and nothing else.",
    )
