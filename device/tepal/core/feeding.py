"""A release on its way into a session: the lines of its manifest, then file after file."""

from micropython import const

RARE = True
_MOST_LINE = const(1024)  # bytes


async def manifest(session, read) -> None:
    """Give ``session`` the lines of what ``read`` returns block by block, and let it begin.

    Raises: TepalError of the session, and what ``read`` raises.
    """
    rest = b""
    block = await read()
    while block:
        rest += block
        end = rest.find(b"\n") + 1
        while end:
            session.line(rest[:end])
            rest = rest[end:]
            end = rest.find(b"\n") + 1
        if len(rest) > _MOST_LINE:
            break
        block = await read()
    if rest:
        session.line(rest)  # which says what is wrong with half a line
    await session.begin()


async def fill(session, size: int, read) -> int:
    """Write what ``read`` returns, up to ``size`` bytes; return how many of them are missing.

    Raises: TepalError of the session, and what ``read`` raises.
    """
    while size:
        block = await read()
        if not block:
            break
        session.write(block[:size])
        size -= min(size, len(block))
    return size
