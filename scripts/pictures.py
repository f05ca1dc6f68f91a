"""The pictures of the documents: `python -m scripts.pictures PROJECT FOLDER`, with HOOKS_HOME where the project's store is.

A terminal view is what the installed program prints on a real (pseudo) terminal, made an SVG by rich's recorder. The report is what
headless Chromium shows of it.
"""

from __future__ import annotations

import base64
import fcntl
import io
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

from hooks_cli.cli.catalogue import every_verb
from scripts.showcase import END

PROGRAM = Path(sys.executable).parent / "hooks-cli"
COLUMNS, LINES = 110, 40
# name of the picture: the words behind hooks-cli. Those of verbs that are not there are left out.
VIEWS = {
    "memory-tree": ("memory", "tree"),
    "memory-list": ("memory", "list", "--limit", "12"),
    "memory-show": ("memory", "show", "swarm/performance/baselines/search"),
    "memory-log": ("memory", "log", "--limit", "16"),
    "memory-stats": ("memory", "stats"),
    "session-list": ("session", "list"),
    "session-show": ("session", "show", "hyper-swarm-008"),
    "monitor": ("monitor", "--rows", "6", "--timeout", "1"),
}
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
# name: width, height, dark, the section at the top ("" for the beginning of the page)
PAGES = {
    "report": (1280, 1000, False, ""),
    "report-baselines": (1280, 620, False, "baselines"),
    "report-dark": (1280, 720, True, "agents"),
    "report-phone": (390, 780, True, "baselines"),
}


def on_a_terminal(project: Path, words: tuple[str, ...]) -> str:
    """What the program prints on a terminal; of a screen that is drawn again and again the last one."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    env = {**os.environ, "TERM": "xterm-256color", "HOOKS_NOW": END.isoformat(), "PAGER": "cat"}
    process = subprocess.Popen([PROGRAM, *words], cwd=project, env=env, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so at the end
            break
        if not part:
            break
        shown += part
    os.close(ours)
    if process.wait() != 0:
        raise SystemExit(f"hooks-cli {' '.join(words)} failed:\n{shown.decode()}")
    text = shown.decode().replace("\r\n", "\n")
    frames = [frame for frame in text.split("\x1b[H") if frame.strip()]
    text = re.sub(r"\x1b\[(\?[0-9;]*[a-zA-Z]|[0-9;]*[ABCDHJKfl])", "", frames[-1])
    return text.rstrip() + "\n"


def terminal_picture(project: Path, name: str, words: tuple[str, ...], folder: Path) -> None:
    """One SVG, without the fonts that rich's own would fetch."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, highlight=False)
    shown = words[:1] if words[0] == "monitor" else words
    console.print(Text.from_ansi(on_a_terminal(project, words)))
    svg = console.export_svg(title=f"hooks-cli {' '.join(shown)}", theme=DIMMED_MONOKAI, unique_id=name)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    (folder / f"{name}.svg").write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n")


def report_pictures(project: Path, folder: Path) -> None:
    """The PNGs of the report; one line on stderr where there is no browser."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        print(
            "screenshots: no chromium with chromedriver; the pictures of the report stay as they are", file=sys.stderr
        )
        return
    from selenium import webdriver

    env = {**os.environ, "HOOKS_NOW": END.isoformat()}
    subprocess.run([PROGRAM, "report"], cwd=project, env=env, check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
        try:
            for name, (width, height, dark, place) in PAGES.items():
                (folder / f"{name}.png").write_bytes(
                    page_picture(browser, project / "report.html", width, height, dark, place)
                )
                print(f"written: {folder / name}.png")
        finally:
            browser.quit()


def page_picture(browser: Any, page: Path, width: int, height: int, dark: bool, place: str) -> bytes:
    """One PNG of the report as a screen of that size shows it."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    browser.get(page.as_uri())
    top = browser.execute_script(
        "const e = document.getElementById(arguments[0]); return e ? e.getBoundingClientRect().y : 0", place
    )
    clip = {"x": 0, "y": max(0, top - 16), "width": width, "height": height, "scale": 1}
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
    return base64.b64decode(shot["data"])


def main() -> None:
    """All of them."""
    project, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    known = {verb.title for verb in every_verb()}
    for name, words in VIEWS.items():
        if words[0] in known or " ".join(words[:2]) in known:
            terminal_picture(project, name, words, folder)
            print(f"written: {folder / name}.svg")
    report_pictures(project, folder)


if __name__ == "__main__":
    main()
