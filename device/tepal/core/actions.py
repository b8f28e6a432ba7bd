"""What a schedule, a timer or a pin starts: command lines, in a task of their own."""

from tepal.core.commands import ADMIN, Caller
from tepal.formats.command import parse
from tepal.formats.errors import TepalError

RARE = True


def fire(schedule) -> None:
    """Start what is due of a schedule."""
    now_ms = schedule.now_ms()
    while schedule.firings and schedule.firings[0][0] * 1000 <= now_ms:
        schedule.last, number, lines = schedule.firings.pop(0)
        start_entry(schedule, number, lines)


def start_entry(schedule, number: int, lines) -> None:
    """Start the commands of an entry, unless they still run."""
    schedule.unwritten = True
    tag = "cron.%d" % number
    if not start(schedule.node, tag, [lines]):
        schedule.node.log.info(tag + " still runs and was not started again")


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
