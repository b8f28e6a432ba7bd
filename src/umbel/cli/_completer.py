"""Completion from what the node itself says that it can do."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from typing import TYPE_CHECKING, cast

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from umbel.cli._vocabulary import Vocabulary
from umbel.errors import UmbelError

if TYPE_CHECKING:
    from umbel.cli._session import Session


class NodeCompleter(Completer):
    """Asks the node for its modules at once, and for a module's commands when it is named."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._modules: dict[str, tuple[str, ...]] = {}
        self._asked: set[str] = set()

    async def learn_modules(self) -> None:
        """Ask for the names; a node that does not tell completes nothing."""
        try:
            answer = await self._session.run("modules installed")
        except UmbelError:
            return
        self._modules = {str(name): () for name in cast("list[object]", answer)}

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """What is known without asking."""
        begun = document.get_word_before_cursor(WORD=True)
        for one in Vocabulary(modules=self._modules).suggestions(document.text_before_cursor):
            yield Completion(one.word, start_position=-len(begun), display_meta=one.hint)

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion]:
        """What is known, after asking for the module that the line names."""
        named = document.text_before_cursor.split(" ")[:-1]
        if named and named[0] in self._modules and named[0] not in self._asked:
            self._asked.add(named[0])
            await self._learn(named[0])
        for completion in self.get_completions(document, complete_event):
            yield completion

    async def _learn(self, module: str) -> None:
        try:
            answer = await self._session.request({"call": [module, "help", [], {}]})
        except UmbelError:
            return
        lines = cast("list[object]", answer)
        self._modules[module] = tuple(str(line) for line in lines)
