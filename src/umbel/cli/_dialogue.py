"""A conversation with a node, typed or piped in."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING

from umbel.cli import _answers, _config, _lines, _output
from umbel.errors import LinkError, NodeError
from umbel.registry.place import state_dir

if TYPE_CHECKING:
    from umbel.cli._session import Session


async def talk(session: Session, *, as_json: bool) -> bool:
    """Run line after line until there is no more; tells whether every command worked."""
    dialogue = Dialogue(session, as_json=as_json)
    if sys.stdin.isatty() and sys.stdout.isatty():
        await _prompted(dialogue, session)
        return True  # who typed it has seen it
    for line in sys.stdin:
        if not await dialogue.take(line.strip()):
            break
    return not dialogue.failures


class Dialogue:
    """Takes lines as the node's own shell does, configure mode included."""

    def __init__(self, session: Session, *, as_json: bool) -> None:
        self.failures = 0
        self._session = session
        self._as_json = as_json
        self._configuring = False

    @property
    def prompt(self) -> str:
        """What stands before the cursor."""
        return ("[configure] " if self._configuring else "") + f"{self._session.node.name} $ "

    async def take(self, line: str) -> bool:
        """Answer one line; tells whether the conversation goes on."""
        if line == "exit":
            return False
        if line.startswith(("conf", "noconf")):
            self._configuring = line.startswith("conf")
        elif line:
            await self._answer(line)
        return True

    async def _answer(self, line: str) -> None:
        try:
            answer = await (self._configure(line) if self._configuring else self._run(line))
        except NodeError as error:
            self.failures += 1
            _answers.show_refusal(error, as_json=self._as_json)
        except LinkError as error:
            self.failures += 1
            _output.print_error(error)
        else:
            _answers.show(answer, as_json=self._as_json)

    async def _run(self, line: str) -> object:
        return await self._session.run(_lines.for_node(line))

    async def _configure(self, line: str) -> object:
        key, _, value = line.partition(" ")
        if key == "dump":
            described = await _config.describe_all(self._session, value.strip())
            return {name: one["value"] for name, one in described.items()}
        if not value:
            return (await _config.describe(self._session, key))["value"]
        wants_restart = await _config.save(self._session, key, value.strip())
        return "Saved" + (", in force after a reboot" if wants_restart else "")


async def _prompted(dialogue: Dialogue, session: Session) -> None:
    from prompt_toolkit import PromptSession

    from umbel.cli._completer import NodeCompleter
    from umbel.cli._history import MaskedHistory

    completer = NodeCompleter(session)
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, _ignore)
    await completer.learn_modules()
    prompt: PromptSession[str] = PromptSession(
        history=MaskedHistory(state_dir() / "history"),
        completer=completer,
        complete_while_typing=False,
    )
    while True:
        try:
            line = await prompt.prompt_async(dialogue.prompt)
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        if not await _interruptible(dialogue.take(line.strip())):
            return


async def _interruptible(taking: Coroutine[object, object, bool]) -> bool:
    """Take a line; Ctrl-C ends the wait for its answer, not the conversation."""
    work = asyncio.ensure_future(taking)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, work.cancel)
    try:
        return await work
    except asyncio.CancelledError:
        print("not waited for; the node may still do it", file=sys.stderr)
        return True
    finally:
        loop.add_signal_handler(signal.SIGINT, _ignore)


def _ignore() -> None:
    """Ctrl-C between two prompts: there is nothing to interrupt."""
