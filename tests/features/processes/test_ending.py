"""Ending attempts: what asks politely, what ignores it, and what hides."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from hooks_cli.features.processes import ending, process_table, signals
from hooks_cli.features.processes.attempt import Outcome
from hooks_cli.features.processes.process_table import Identity
from tests.features.processes.conftest import PATIENCE, Start, appears, gone, lives

pytestmark = pytest.mark.skipif(not process_table.supported(), reason="this system does not show its processes")


def test_one_that_ends_on_sigterm_writes_its_code(start: Start, tmp_path: Path) -> None:
    attempt = start("term-writes", tmp_path / "pid")
    appears(tmp_path / "pid")
    done = ending.end([attempt.mark])
    assert (done.killed, done.left, done.reach) == (0, (), "marks")
    assert attempt.outcome() == Outcome(7)


def test_one_that_ignores_sigterm_is_killed(start: Start, tmp_path: Path) -> None:
    attempt = start("ignore-term", tmp_path / "pid")
    pid = appears(tmp_path / "pid")
    done = ending.end([attempt.mark], grace=0.2)
    assert done.killed >= 1
    assert done.left == ()
    assert gone(pid)


def test_a_stopped_one_sees_sigterm(start: Start, tmp_path: Path) -> None:
    attempt = start("term-writes", tmp_path / "pid")
    os.kill(appears(tmp_path / "pid"), signal.SIGSTOP)
    assert ending.end([attempt.mark]).killed == 0
    assert attempt.outcome() == Outcome(7)


def test_what_double_forked_into_its_own_session_is_found_by_its_mark(start: Start, tmp_path: Path) -> None:
    attempt = start("double-fork", tmp_path / "pid")
    assert attempt.wait(PATIENCE) == Outcome(0)
    pid = appears(tmp_path / "pid")
    assert lives(pid)
    row = process_table.read(pid)
    assert row is not None
    assert row.session != attempt.leader.pid
    ending.end([attempt.mark], grace=0.2)
    assert gone(pid)


def test_what_has_no_mark_is_found_by_its_marked_parent(start: Start, tmp_path: Path) -> None:
    attempt = start("bare-child", tmp_path / "pid")
    pid = appears(tmp_path / "pid")
    assert process_table.marks_of(pid) == ()
    ending.end([attempt.mark], grace=0.2)
    assert gone(pid)


def test_one_that_forks_all_the_time_is_caught(start: Start, tmp_path: Path) -> None:
    attempt = start("fork-all-the-time", tmp_path / "pid")
    appears(tmp_path / "pid")
    assert ending.end([attempt.mark], grace=0.3).left == ()
    assert process_table.members([attempt.mark]) == {}


def test_another_attempt_and_this_process_are_left_alone(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = start("sleep", tmp_path / "a"), start("sleep", tmp_path / "b")
    appears(tmp_path / "a")
    pid = appears(tmp_path / "b")
    ending.end([mine.mark], [mine.leader], grace=0.2)
    assert lives(pid)
    assert os.getpid() not in process_table.members([other.mark], [Identity(os.getpid(), 0)])


def test_a_reused_pid_gets_no_signal(start: Start, tmp_path: Path) -> None:
    start("sleep", tmp_path / "pid")
    pid = appears(tmp_path / "pid")
    row = process_table.read(pid)
    assert row is not None
    assert not signals.send(Identity(pid, row.start + 1), signal.SIGKILL)
    assert lives(pid)
    assert signals.send(row, signal.SIGKILL)
    assert gone(pid)
    assert not signals.send(row, signal.SIGKILL)


def test_without_proc_the_process_group_is_ended(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = start("ignore-term", tmp_path / "pid")
    pid = appears(tmp_path / "pid")
    monkeypatch.setattr(process_table, "supported", lambda: False)
    done = ending.end([attempt.mark], [attempt.leader], grace=0.2)
    assert done.reach == "group"
    assert gone(pid)
    assert attempt.outcome() == Outcome(None)
