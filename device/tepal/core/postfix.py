"""Postfixes and scripts: a command as JSON, in the background, in a loop, on another node."""

from tepal.core.commands import Report, as_json, name, value
from tepal.formats.command import Call, parse
from tepal.formats.errors import TepalError
from tepal.formats.postfixes import commands

RARE = True


async def run(bus, call, caller) -> object:
    """Run what stands before the last postfix in the way that the postfix asks for."""
    kind, argument = call.postfix[-1]
    inner = Call(call.target, call.function, call.args, call.kwargs, call.postfix[:-1])
    if kind == ">json":
        result = await bus.run(inner, caller)
        return Report(value(result), as_json(result))
    if kind == ">>":
        return bus.node.peers.send(argument, inner, caller)
    bus.resolve(call, caller)  # what may not run is refused now, not in the background
    tag = name(call).replace(" ", ".")
    state = {tag: "Already running"}
    if not bus.tasks.is_busy(tag):
        from tepal.core import background

        background.start(bus, tag, inner, caller, argument, kind == "&&")
        state = {tag: "Starting"}
    return Report(state, str(state))


async def run_script(bus, script: str, caller) -> None:
    """Run ``;``-separated commands in turn; one that fails is logged and stops no other."""
    for line in commands(script):
        try:
            await bus.run(parse(line), caller)
        except TepalError as error:
            bus.log.warn(caller.name + ": " + line + ": " + str(error))
