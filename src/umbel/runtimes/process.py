"""Programs that fetch for us: what they printed, or one sentence about why not."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from umbel.errors import FetchError


def run(
    command: Sequence[str],
    *,
    timeout: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> str:
    """What ``command`` printed.

    Raises:
        FetchError: it is not installed, failed, or ran for more than ``timeout`` seconds.
    """
    shown = shlex.join(command[:4])
    try:
        done = subprocess.run(
            command, cwd=cwd, env=env, timeout=timeout, capture_output=True, text=True, check=False
        )
    except OSError as exc:
        raise FetchError(f"{shown}: {exc.strerror}") from exc
    except subprocess.TimeoutExpired as exc:
        raise FetchError(f"{shown} was still busy after {timeout:.0f} s") from exc
    if done.returncode:
        raise FetchError(f"{shown} failed: {_last_words(done.stderr or done.stdout)}")
    return done.stdout


def _last_words(output: str) -> str:
    """The line that tells why: the last one marked as an error, else the last one."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    marked = [line for line in lines if line.startswith(("E:", "ERROR:", "error:"))]
    return (marked or lines or ["it said nothing"])[-1]
