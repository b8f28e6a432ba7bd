"""What follows when the process of a board has ended. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

_HARD_EXIT, _SOFT_EXIT = 41, 42  # see board/machine.py

_MOST_CRASHES = 5  # in a row
_FIRST_PAUSE = 0.5  # seconds
_LONGEST_PAUSE = 8.0  # seconds
_STEADY = 60.0  # seconds; who ran so long has recovered


class Cause(IntEnum):
    """Why a board starts, in the numbers of ``machine.reset_cause``."""

    POWER_ON = 1
    HARD = 2
    WATCHDOG = 3
    SOFT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The board starts again."""

    cause: Cause
    pause: float = 0.0  # seconds
    crashes: int = 0  # in a row, this one included


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It has crashed too often; somebody should look."""


def after(exit_code: int, *, ran: float, crashes: int) -> Start | GiveUp:
    """What to do after a run of ``ran`` seconds that was preceded by ``crashes`` in a row."""
    if exit_code == _HARD_EXIT:
        return Start(cause=Cause.HARD)
    if exit_code == _SOFT_EXIT:
        return Start(cause=Cause.SOFT)
    crashes = 1 if ran > _STEADY else crashes + 1
    if crashes > _MOST_CRASHES:
        return GiveUp()
    pause = min(_FIRST_PAUSE * 2 ** (crashes - 1), _LONGEST_PAUSE)
    return Start(cause=Cause.HARD, pause=pause, crashes=crashes)
