"""A page of the documentation as a session: its files are written, its commands run and compared.

What counts on a page are its fenced blocks:

    ```python folder/name.py    a file, written into the working folder
    ```console                  commands after "$ ", below each what it prints
    ```console fails            the same, for commands that end with an error
    ```browser node01           what one does and sees on the page of a node, see page_reader.py;
                                also with a URL as it was printed before, ``…`` for what varies

A page that says ``<!-- in a clone -->`` is played in a copy of the repository, so that it can change
sources. ``…`` stands for any text, alone on a line for any lines. A command that ends in " &" goes on in
the background until the page ends; what is below it must come before the next command runs.
Other blocks are for the eyes alone.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from patience import PATIENCE

from umbel.runtimes.place import home as runtimes_home

ROOT = Path(__file__).parents[2]
ANYTHING = "…"
IN_A_CLONE = "<!-- in a clone -->"
COMMAND_TIMEOUT = PATIENCE
_BLOCK = re.compile(r"^```(\w+) ?(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class File:
    """What a page says a file holds."""

    name: str
    content: str


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command and what it must print."""

    line: str
    printed: tuple[str, ...]
    fails: bool

    @property
    def stays(self) -> bool:
        """Whether it goes on in the background."""
        return self.line.endswith(" &")

    def accepts(self, text: str) -> bool:
        """Whether ``text`` is what the page shows; of one that stays, whether it begins so."""
        pattern = "".join(
            r"(?:.*\n)*?" if line == ANYTHING else _line_pattern(line) for line in self.printed
        )
        match = re.match if self.stays or not self.printed else re.fullmatch
        return match(pattern, text) is not None


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one does and sees in the browser."""

    at: str  # the name of a node, or a URL with ``…``
    lines: tuple[str, ...]
    first_line: int  # where on the page the first of them is


def executed_pages() -> list[Path]:
    """The pages on which something happens."""
    return sorted(
        path
        for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
        if "```console" in path.read_text()
    )


def steps(page: str) -> Iterator[File | Command | Look]:
    """What happens on a page, in its order."""
    for match in _BLOCK.finditer(page):
        kind, more, body = match.groups()
        if kind == "browser":
            first_line = page.count("\n", 0, match.start(3)) + 1
            yield Look(at=more, lines=tuple(body.splitlines()), first_line=first_line)
        elif kind == "console":
            yield from _commands(body, fails=more == "fails")
        elif more:
            yield File(name=more, content=body)


class Session:
    """Runs steps in ``folder``; nothing of it is left after ``close``."""

    def __init__(self, folder: Path, environment: dict[str, str]):
        self._folder = folder
        self._environment = environment
        self._staying: list[subprocess.Popen[str]] = []
        self._printed: list[str] = []

    @property
    def printed(self) -> str:
        """Everything that commands have printed so far; of those that stay, how they began."""
        return "".join(self._printed)

    @classmethod
    def of(cls, page: str, folder: Path) -> Session:
        """The session of a page, with nodes, addresses and a state of its own in ``folder``."""
        programs = Path(sys.executable).parent
        environment = {
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "UMBEL_STATE": str(folder / "state"),
            "UMBEL_SIM_FIRST": f"127.{200 + os.getpid() // 200 % 50}.{os.getpid() % 200}.1",
            "COLUMNS": "100",
        }
        work = folder / "work"
        if IN_A_CLONE in page:
            _clone(work)
            environment |= {
                "PYTHONPATH": str(work / "src"),
                "PYTHONDONTWRITEBYTECODE": "1",
                "UMBEL_RUNTIMES": str(runtimes_home()),
            }
        else:
            work.mkdir()
        return cls(work, environment)

    def take(self, step: File | Command) -> None:
        """Do one step. Raises: AssertionError with what was printed instead."""
        if isinstance(step, File):
            path = self._folder / step.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.content)
        elif step.stays:
            self._start(step)
        else:
            self._run(step)

    def close(self) -> None:
        """End what stays."""
        for process in self._staying:
            os.killpg(process.pid, signal.SIGINT)
        for process in self._staying:
            process.wait(COMMAND_TIMEOUT)

    def _run(self, step: Command) -> None:
        done = subprocess.run(
            ["bash", "-c", step.line],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_TIMEOUT,
            check=False,
        )
        self._printed.append(done.stdout)
        assert step.accepts(done.stdout), f"$ {step.line}\n{done.stdout}"
        assert bool(done.returncode) == step.fails, f"$ {step.line}\nended with {done.returncode}"

    def _start(self, step: Command) -> None:
        log = self._folder / f".background{len(self._staying)}"
        with log.open("w") as file:
            process = subprocess.Popen(
                ["bash", "-c", "exec " + step.line.removesuffix(" &")],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
                process_group=0,
            )
        self._staying.append(process)
        deadline = time.monotonic() + COMMAND_TIMEOUT
        while not step.accepts(log.read_text()):
            late = time.monotonic() > deadline or process.poll() is not None
            assert not late, f"$ {step.line}\n{log.read_text()}"
            time.sleep(0.05)
        self._printed.append(log.read_text())


def _commands(body: str, *, fails: bool) -> Iterator[Command]:
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        line, *printed = part.rstrip("\n").split("\n")
        yield Command(line=line, printed=tuple(printed), fails=fails)


def _clone(work: Path) -> None:
    """Copy this checkout as it is now, with what was built, into a repository of its own."""
    left_out = shutil.ignore_patterns(".git", ".*_cache", ".venv", "node_modules", ".runtimes")
    shutil.copytree(ROOT, work, ignore=left_out)
    author = ("-c", "user.name=Tutorial", "-c", "user.email=tutorial@localhost")
    for line in (("init",), ("add", "."), ("commit", "-m", "A clone")):
        subprocess.run(["git", *author, *line], cwd=work, check=True, capture_output=True)


def _line_pattern(line: str) -> str:
    return ".*".join(map(re.escape, line.rstrip().split(ANYTHING))) + " *\n"
