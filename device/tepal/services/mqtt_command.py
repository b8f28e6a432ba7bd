"""A command that came over MQTT: its arguments, its run and its answer."""

# Of the part mqtt, which a release can leave out.

import asyncio
import json

from micropython import const

from tepal.core.commands import Caller, as_json
from tepal.formats.command import Call, is_name, parse
from tepal.formats.errors import TepalError

RARE = True
_LONGEST = const(2048)  # bytes
_COMMAND_MS = const(30000)


async def run(commands, message, target: str, function: str, caller: Caller) -> str:
    """Return the answer to a command: JSON with ``state`` and ``result``."""
    try:
        call = arguments(target, function, await message.whole(_LONGEST))
        result = await asyncio.wait_for_ms(commands.run(call, caller), _COMMAND_MS)
        return '{"state": true, "result": ' + as_json(result) + "}"
    except asyncio.TimeoutError:
        return refusal(TepalError("timeout", "%d s" % (_COMMAND_MS // 1000)))
    except TepalError as error:
        return refusal(error)


def arguments(target: str, function: str, payload: bytes) -> Call:
    """Return the Call of a command whose arguments are ``payload``.

    They are a JSON object of names, a JSON list, or words as in a command line; without a target,
    the payload is a whole command line. Raises: TepalError ``syntax``, ``encoding``.
    """
    try:
        text = payload.decode().strip()
    except UnicodeError:
        raise TepalError("encoding")
    if not target:
        return parse(text)
    if not is_name(function):
        raise TepalError("syntax", "a function name expected near " + function[:24])
    if text[:1] not in ("{", "["):
        call = parse("a b " + text)
        return Call(target, function, call.args, call.kwargs, call.postfix)
    try:
        given = json.loads(text)
    except ValueError:
        raise TepalError("syntax", "JSON expected near " + text[:24])
    if isinstance(given, list):
        return Call(target, function, tuple(given), {}, ())
    if False in [isinstance(name, str) and is_name(name) for name in given]:
        raise TepalError("syntax", "names of parameters expected near " + text[:24])
    return Call(target, function, (), given, ())


def refusal(error: TepalError) -> str:
    """Return the answer that tells what went wrong."""
    return json.dumps({"state": False, "result": "Core error: " + str(error), "code": error.code})
