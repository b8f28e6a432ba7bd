"""An app that was started: its task, what it costs and what became of it. Not RARE: it lasts."""

# Of the part apps, which a release can leave out.

import asyncio
import time


class Job:
    """``state`` is running, stopped, failed or done; ``node.apps`` has one of each app by its name."""

    state = "running"
    out = ""  # what the program returned, or why it failed
    restarts = 0
    heap = 0  # bytes that its start took
    cpu_ms = us = 0  # of all steps of its program
    parts = 0  # tasks that work with its code, until they have ended
    dropped = False  # its program did not end in time, and takes no step more
    app = None  # what the program is given
    work: tuple = ("", None)  # call, file or command, and which
    config = None  # what config.json says, until it was looked at
    schedule = None  # what it does by itself, see app_schedule
    at_work = False  # its program was loaded, and has neither failed nor been ended
    others = False  # its program has begun more, see app_beside
    error = None  # what one of those has raised, until the program has ended for that

    def __init__(self, node, uid: str):
        self.node = node
        self.uid = uid
        self.since = node.clock.uptime_ms()  # in ms, when it came into this state
        self.mounts = []  # (name of the import, uid) of all whose code it uses
        self.failures = []  # in ms, when it failed
        self.lines = []  # its own log

    async def run(self) -> None:
        """Run the program until it ends; an exception starts it again, see ``app_failing``."""
        state = "failed"
        try:
            while True:
                try:
                    self.out = str(await Metered(self, self.program()) or "")[:200]
                    if self.error:
                        raise self.error  # noqa: TRY301 - of a task that has ended the program
                    if self.others:
                        await self.rest()
                except asyncio.CancelledError:
                    if self.error is None:
                        state = "stopped"
                        raise
                    pause_ms = self.fail(self.error)
                except Exception as error:  # noqa: BLE001 - an app is anybody's code
                    pause_ms = self.fail(error)
                else:
                    state = "done"
                    return
                try:
                    if self.others:
                        await self.rest()
                    await asyncio.sleep_ms(pause_ms)
                except asyncio.CancelledError:
                    state = "stopped"
                    raise
                self.restarts += 1
                self.load()
        finally:
            self.leave(state)

    async def program(self):
        """Begin what ``execute`` names, and return what it returns."""
        kind, what = self.work
        result = what(self.app) if kind == "call" else self.other()
        if hasattr(result, "send"):
            result = await result  # pyright: ignore[reportGeneralTypeIssues]
        return result

    async def beside(self, coroutine) -> None:
        """Run what the program has begun beside itself; what it raises ends the program too."""
        self.parts += 1
        try:
            await Metered(self, coroutine)
        except Exception as error:  # noqa: BLE001 - an app is anybody's code
            from tepal.core import app_beside  # this frame lasts no longer

            app_beside.fail(self, error)
        finally:
            self.leave("")

    # What follows imports, which a frame that lasts must not.

    def other(self):
        """Begin a program that is no function."""
        from tepal.core import app_entry

        return app_entry.other(self)

    def load(self) -> None:
        """Load the program anew. Raises: TepalError."""
        from tepal.core import app_launch

        app_launch.load(self)

    def fail(self, error) -> int:
        """Note a failure; return the milliseconds to wait. Raises: TepalError if it was the last."""
        from tepal.core import app_failing

        return app_failing.fail(self, error)

    def rest(self):
        """End what the program has begun; await what this returns."""
        from tepal.core import app_ending

        return app_ending.rest(self)

    def leave(self, state: str) -> None:
        """Note that one of its tasks has ended; ``state`` is empty if it was not the program."""
        from tepal.core import app_launch

        app_launch.leave(self, state)


class Metered:
    """Awaits a coroutine for ``job``, and adds up how long its steps take."""

    def __init__(self, job, coroutine):
        self.job = job
        self.coroutine = coroutine

    def __iter__(self):
        """Step for step, as ``await`` wants it."""
        job, coroutine = self.job, self.coroutine
        error = None
        while True:
            start = time.ticks_us()
            try:
                waits = coroutine.send(None) if error is None else coroutine.throw(error)
            except StopIteration as end:
                return end.value
            except SystemExit:  # its own end, not that of the node
                return None
            except (Exception, asyncio.CancelledError, KeyboardInterrupt):
                raise
            except BaseException as raised:  # noqa: BLE001 - no event loop survives it
                raise ValueError(repr(raised))
            finally:
                us = job.us + time.ticks_diff(time.ticks_us(), start)
                job.cpu_ms += us // 1000
                job.us = us % 1000
            error = None
            try:
                yield waits
            except BaseException as raised:  # the program decides, of a cancellation too
                if job.dropped or isinstance(raised, GeneratorExit):
                    _close(coroutine)
                    raise
                error = raised

    __await__ = __iter__


def _close(coroutine) -> None:
    try:
        coroutine.close()
    except RuntimeError:  # it waits for something even now; nobody steps it any more
        pass
