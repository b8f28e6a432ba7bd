"""What a program begins beside itself with ``app.start``: tasks that end with it, as it does with them."""

# Of the part apps, which a release can leave out.

from micropython import const

from tepal.core import ending, trouble
from tepal.formats.errors import TepalError

RARE = True
_MOST = const(8)  # tasks of one app


def start(app, coroutine) -> None:
    """Begin a task of a program. Raises: TepalError ``queue_full``; ``app_failed`` if it does not run."""
    node = app.node
    if not hasattr(coroutine, "close"):  # as asyncio.sleep() on MicroPython; nobody could end it
        text = ": app.start wants what an async function returns"
        raise TepalError("app_failed", app.uid + text)
    job = (node.__dict__.get("apps") or {}).get(app.uid)
    if job is None or job.app is not app:
        coroutine.close()
        raise TepalError("app_failed", app.uid + ": only while it runs it begins tasks")
    for number in range(1, _MOST + 1):
        # No app is called so: names of apps have 8 characters.
        tag = "app.%s.started.%d" % (app.uid, number)
        if not node.tasks.is_busy(tag):
            job.others = True
            node.tasks.start(tag, job.beside(coroutine), "app")
            return
    coroutine.close()
    raise TepalError("queue_full", "%s: %d tasks" % (app.uid, _MOST))


def fail(job, error) -> None:
    """End the program because of what a task of it has raised; if it ends anyway, only tell."""
    node = job.node
    if job.at_work and job.error is None:
        for task in node.tasks.find("app." + job.uid):
            if ending.cancel(task):
                job.error = error
                return
    text = trouble.told(error, node.log.console)
    if isinstance(error, MemoryError):
        node.tasks.starved = True
    if job.app:
        job.app.keep(text)
    node.log.warn("app %s: %s" % (job.uid, text))
