"""Connections that do not wait for ever: for a request, for the reader, for the end."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


class PatientProtocol(H11Protocol):
    """HTTP/1.1. A slow reader may take all day for a file, as long as it takes some of it."""

    patience = 60.0  # seconds for the head of a request, and for a reader that takes nothing

    _asking: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._cancel()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Begin to wait with the first byte of a head; later ones do not prolong it."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._cancel()
        elif self._asking is None:
            self._ask()

    def pause_writing(self) -> None:
        """The reader is behind."""
        super().pause_writing()
        self._look()

    def resume_writing(self) -> None:
        """The reader has caught up."""
        super().resume_writing()
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def timeout_keep_alive_handler(self) -> None:
        """Nobody asks any more; what is on its way gets its time."""
        super().timeout_keep_alive_handler()
        self._look()

    def _look(self, before: int = 0) -> None:
        """Hang up if nothing was taken since the last look, when ``before`` bytes were left."""
        left = self.transport.get_write_buffer_size()
        if left and left == before:
            self.transport.abort()
        elif left:
            self._reading = self.loop.call_later(self.patience, self._look, left)

    def _ask(self) -> None:
        self._asking = self.loop.call_later(self.patience, self.transport.abort)

    def _cancel(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
