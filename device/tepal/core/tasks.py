"""Tasks: everything that runs beside the doors has a tag, an output and can be ended."""

import asyncio

from tepal.formats.errors import TepalError


class Task:
    """One task; ``state`` is running, done, failed or killed."""

    def __init__(self, tag: str, kind: str):
        self.tag = tag
        self.kind = kind  # "system" cannot be killed, "command" counts against the queue
        self.state = "running"
        self.out = ""
        self.handle: "asyncio.Task | None" = None
        self.coroutine = None  # until it has begun


class Tasks:
    """The owner of all tasks. ``queue`` bounds commands in the background and finished tasks."""

    def __init__(self, queue: int, log):
        self.queue = queue
        self.log = log
        self.all = []
        self.starved = False  # a caller was sent away, or a task failed, for want of memory
        self.load = 0  # percent of the time in which the event loop was busy, smoothed

    def start(self, tag: str, coroutine, kind: str = "native") -> Task:
        """Run ``coroutine`` as task ``tag``.

        Raises: TepalError ``already_running`` or ``queue_full``.
        """
        if self.is_busy(tag):
            coroutine.close()
            raise TepalError("already_running", tag)
        if kind == "command" and self.free() < 1:
            coroutine.close()
            raise TepalError("queue_full", str(self.queue))
        ended = [task for task in self.all if task.state != "running"]
        for task in ended:
            if task.tag == tag or len(ended) > self.queue:
                self.all.remove(task)
                ended = ended[1:]
        task = Task(tag, kind)
        self.all.append(task)
        task.coroutine = coroutine
        task.handle = asyncio.create_task(self._run(task))
        return task

    def is_busy(self, tag: str) -> bool:
        """Tell whether a task ``tag`` runs."""
        return "running" in [task.state for task in self.find(tag)]

    def free(self) -> int:
        """Return how many more commands may run in the background."""
        states = [task.state for task in self.all if task.kind == "command"]
        return self.queue - states.count("running")

    def find(self, tag: str) -> list:
        """Return the tasks whose tag this is, or begins so where it ends in ``.*``."""
        if tag[-2:] == ".*":
            return [task for task in self.all if task.tag.startswith(tag[:-1])]
        return [task for task in self.all if task.tag == tag]

    async def _run(self, task: Task) -> None:
        coroutine, task.coroutine = task.coroutine, None
        try:
            result = await coroutine  # pyright: ignore[reportGeneralTypeIssues]
            task.state = "done"
            if result is not None:
                task.out = str(result)
        except asyncio.CancelledError:
            task.state = "killed"
        except Exception as error:  # whatever a task does, the others go on
            task.state = "failed"
            task.out = str(error)
            if isinstance(error, MemoryError):
                self.starved = True
            if not isinstance(error, TepalError):
                self.log.exception("task " + task.tag, error)
        # What is left of a task may be kept for ever, see node.start: so it must hold nothing.
        task.handle = coroutine = result = None
