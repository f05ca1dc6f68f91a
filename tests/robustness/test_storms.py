"""The storms of `scripts/stress` in their quick form: nothing acknowledged is lost, nobody is refused, no reader falls over."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize("storm", ["kill", "crowd", "fuzz", "transfer"])
def test_storm(storm: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"scripts.storms.{storm}", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert {"kill": " 0 lost", "crowd": " 0 failed", "fuzz": " 0 findings", "transfer": " 0 findings"}[
        storm
    ] in done.stdout
