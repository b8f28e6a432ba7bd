"""Follows a promoter: waits for a word of it, or looks again and again. Not RARE: the wait is long.

What looks and fetches is in ``update_http``, which a frame that waits must not touch itself.
"""

import asyncio
import os

from micropython import const

_WAIT_MS = const(290000)
_POLL_MS = const(60000)  # where nobody gives a word
_FIRST_MS = const(2000)
_WORD = const(12)  # bytes: HTTP/1.1 200


class Feed:
    """What is known of the promoter, and how long it may take to send all that is new."""

    patience_ms = 1800000

    def __init__(self):
        self.version = ""  # which was looked at last
        self.offered = ""  # what could be taken, for people
        self.problem = ""  # why it was not
        self.failures = 0  # in a row, to reach it


async def run(node) -> None:
    """Follow the promoter that ``update_url`` names."""
    feed = node.update_feed = Feed()
    await node.network.joined.wait()
    while True:
        stream = None
        try:
            stream = await _look(node, feed)
        except (MemoryError, asyncio.TimeoutError) as error:  # what came until then is on flash
            feed.failures += 1
            is_slow = isinstance(error, asyncio.TimeoutError)
            feed.problem = "the promoter is too slow" if is_slow else "out of memory"
            node.sweep()
        pause_ms = _POLL_MS
        if feed.failures:
            pause_ms = min(_POLL_MS * 10, _FIRST_MS << min(feed.failures, 10))
        elif stream and await has_word(stream):
            pause_ms = _FIRST_MS
        # Not all nodes at once.
        await asyncio.sleep_ms(pause_ms // 2 + pause_ms * os.urandom(1)[0] // 256)


async def _look(node, feed: Feed):
    """Look once; return the stream on which a word will come, if the promoter gives any."""
    from tepal.services import update_http

    looking = update_http.look(node, feed, True)
    return await asyncio.wait_for_ms(looking, feed.patience_ms)


async def has_word(stream) -> bool:
    """Wait; tell whether there was a word, and not silence or a refusal."""
    try:
        word = await asyncio.wait_for_ms(stream.read(_WORD), _WAIT_MS)
        return word[-4:] == b" 200"
    except (OSError, asyncio.TimeoutError):
        return False
    finally:
        stream.close()
        await stream.wait_closed()
