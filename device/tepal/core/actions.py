"""What a schedule, a timer or a pin starts: command lines, in a task of their own."""

from tepal.core.commands import ADMIN, Caller
from tepal.formats.command import parse
from tepal.formats.errors import TepalError


def start(node, tag: str, waiting: list) -> bool:
    """Run the scripts in ``waiting`` as task ``tag``; False if it still runs since the last time.

    A script is a list of command lines. What is added to ``waiting`` meanwhile runs as well.
    """
    tasks = node.tasks
    if tasks.is_busy(tag):
        return False
    known = "".join([task.out for task in tasks.find(tag)])
    tasks.start(tag, _run(node, tag, waiting, known))
    return True


async def _run(node, tag: str, waiting: list, known: str):
    """Run scripts in turn; return what failed last, which stops no other command.

    What failed the last time too, and is ``known``, is no warning: those are written to flash.
    """
    while waiting:
        faults = []
        for line in waiting.pop(0):
            try:
                await node.commands.run(parse(line), Caller("action", ADMIN, tag))
            except TepalError as error:
                fault = line + ": " + str(error)
                node.log.add("INFO" if fault in known else "WARN", tag + ": " + fault)
                faults.append(fault)
        known = "\n".join(faults)
    return known or None
