"""What a schedule, a timer or a pin starts: command lines, in a task of their own."""

from tepal.core.commands import ADMIN, Caller
from tepal.formats.command import parse
from tepal.formats.errors import TepalError


def start(node, tag: str, lines) -> bool:
    """Run command lines in turn as task ``tag``; False if it still runs since the last time."""
    tasks = node.tasks
    if tasks.is_busy(tag):
        return False
    known = "".join([task.out for task in tasks.find(tag)])
    tasks.start(tag, run(node, tag, lines, known))
    return True


async def run(node, tag: str, lines, known: str = ""):
    """Run command lines in turn; return what failed, which stops no other.

    What failed the last time too, and is ``known``, is no warning: those are written to flash.
    """
    faults = []
    for line in lines:
        try:
            await node.commands.run(parse(line), Caller("action", ADMIN, tag))
        except TepalError as error:
            fault = line + ": " + str(error)
            node.log.add("INFO" if fault in known else "WARN", tag + ": " + fault)
            faults.append(fault)
    return "\n".join(faults) or None
