"""The text shell of an original micrOS node, as a client: an answer ends in the prompt."""

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
_PROMPT = const(" $ ")
_LOCKED = const("[password]")
_STREAMED = const("~~~")  # begins lines that are for everybody, not for us


async def run(wire, name: str, line: str, password: str) -> str:
    """Return the answer to ``line``. ``name`` is what the node must call itself, if it is known.

    The original takes what one segment holds for one command, so no newline is sent.
    Raises: OSError (closed), TepalError ``no_answer``, ``wrong_password``, ``login_required``.
    """
    greeting = await _answer(wire, _PROMPT)
    prompt = greeting.rsplit("\n", 1)[-1]
    if _LOCKED in prompt:
        await _login(wire, prompt, password)
        prompt = prompt.replace(_LOCKED, "").strip() + " "
    own = prompt.strip().split(" ")[0]
    if name and own != name:
        raise TepalError("no_answer", "who answers there is called " + own[:32] + ", not " + name)
    await wire.send(line)
    text = await _answer(wire, own + _PROMPT)
    lines = text.rsplit(own + _PROMPT, 1)[0].rstrip().split("\n")
    text = "\n".join([one for one in lines if one[:3] != _STREAMED])
    if text.startswith("Core error"):
        raise TepalError("failed", text)
    return text


async def _login(wire, prompt: str, password: str) -> None:
    if not password:
        raise TepalError("login_required", "it wants a password: set peerpwd")
    await wire.send(password)
    if "AuthOk" not in await _answer(wire, prompt.replace(_LOCKED, "").strip() + " "):
        raise TepalError("wrong_password", "it refuses our peerpwd")


async def _answer(wire, end: str) -> str:
    """Return what comes up to ``end``, which stands at the end of what was sent until now."""
    mark = end.encode()
    while not wire.data.endswith(mark):
        if b"Bye!" in wire.data[-8:]:
            raise TepalError("no_answer", "it says goodbye: all its places may be taken")
        await wire.more()
    data, wire.data = wire.data, b""
    try:
        return data.decode()
    except UnicodeError:
        raise TepalError("no_answer", "what answers speaks another language")
