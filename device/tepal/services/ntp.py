"""Asking for the time: SNTP (RFC 4330), with distrust for what cannot be."""

import asyncio
import os
import time
from random import getrandbits

from micropython import const

from tepal.formats.errors import TepalError
from tepal.services import dns

RARE = True
_PORT = const(123)
_TIMEOUT_MS = const(2000)
_TO_1970_S = const(2208988800)  # from 1900
_EARLIEST_S = const(1704067200)  # 2024
_LATEST_S = const(2398377600)  # 2046
_DAY_MS = const(86400000)
_AGREE_MS = const(5000)
_PAUSE_MS = const(14400000)  # four hours, and up to one more
_RETRY_MS = const(15000)  # doubled with each failure
_GO_AWAY = const(9)  # failures; more do not make the pause longer


def pause_ms(failures: int) -> int:
    """Return how long to wait: some hours, or, after failures, longer each time."""
    if failures:
        return (_RETRY_MS << min(failures, _GO_AWAY) - 1) + getrandbits(12)
    return _PAUSE_MS + getrandbits(22)  # nodes do not ask in step


async def sync(node, failures: int) -> int:
    """Set the clock; return 0, or how often that has failed in a row now."""
    try:
        off_ms = await _set(node)
    except (OSError, TepalError) as error:
        node.log.add("INFO" if failures else "WARN", "NTP: " + str(error))
        is_unwanted = isinstance(error, TepalError) and error.code == "go_away"
        return _GO_AWAY if is_unwanted else failures + 1
    text = "was not set" if off_ms is None else "was off by %d ms" % off_ms
    node.log.add("INFO" if off_ms is not None else "BOOT", "NTP: the clock " + text)
    return 0


async def _set(node):
    """Set the clock; return by how much it was off, None if nobody had set it."""
    clock = node.clock
    ahead_ms = await ask(node)
    was_set = clock.now() != 0
    off_ms = ahead_ms - _ahead_ms(clock)
    if not was_set or abs(off_ms) > _DAY_MS:  # nobody is believed alone
        again_ms = await ask(node)
        if abs(again_ms - ahead_ms) > _AGREE_MS:
            raise TepalError("unlikely", "two answers differ by %d ms" % (again_ms - ahead_ms))
    await asyncio.sleep_ms(1000 - (ahead_ms + clock.uptime_ms()) % 1000)
    now_s = (ahead_ms + clock.uptime_ms() + 500) // 1000
    node.board().set_clock(time.gmtime(now_s - clock.epoch_s))
    clock.publish()
    return off_ms if was_set else None


def _ahead_ms(clock) -> int:
    """Return by how much the wall clock is ahead of the uptime now."""
    return int(clock.now_s() * 1000) + clock.epoch_s * 1000 - clock.uptime_ms()


async def ask(node) -> int:
    """Return by how many milliseconds the time since 1970 is ahead of the uptime.

    Raises: OSError (no answer), TepalError ``go_away``, ``unlikely``.
    """
    host, _, port = node.config.get("ntp").partition(":")
    address = await dns.resolve(host, node.network.station.ifconfig()[3])
    stamp = os.urandom(8)  # a server only sends it back, so it need not tell our time
    question = b"\x23" + bytes(39) + stamp
    start_ms = node.clock.uptime_ms()
    answer = await dns.exchange(
        address, int(port or _PORT), question, lambda data: _check(data, stamp), _TIMEOUT_MS
    )
    half_ms = (node.clock.uptime_ms() - start_ms) // 2
    seconds = int.from_bytes(answer[40:44], "big")
    if seconds < 0x80000000:  # from 2036 on it counts anew
        seconds += 0x100000000
    seconds -= _TO_1970_S
    if not _EARLIEST_S <= seconds < _LATEST_S:
        raise TepalError("unlikely", host + " says that this is the year " + _year(seconds))
    part_ms = int.from_bytes(answer[44:48], "big") * 1000 >> 32
    return seconds * 1000 + part_ms - start_ms - half_ms


def _year(seconds: int) -> str:
    from tepal.formats import calendar

    return str(calendar.date(seconds // 86400)[0])


def _check(answer: bytes, stamp: bytes):
    """Return the answer to our question; None for anything else.

    Raises: TepalError ``go_away`` where the server wants to be left alone.
    """
    if len(answer) < 48 or answer[24:32] != stamp or answer[0] & 7 != 4:
        return None
    if answer[1] == 0:
        raise TepalError("go_away", str(answer[12:16]))
    if answer[0] >> 6 == 3 or answer[1] > 15:
        raise TepalError("unlikely", "the server does not know the time")
    return answer
