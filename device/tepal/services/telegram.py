"""Telegram: notifications to chats, and commands from those chats that are allowed.

Nothing is resident before ``telegram load``. The token is in the secrets, who may do what in
``telegram_chats``: ``<chat id>:<role>, …``. Messages of other chats are not answered.
"""

# Of the part telegram, which a release can leave out.

import asyncio
import json

from micropython import const

from tepal.core.commands import CONTROL, ROLES, Caller
from tepal.core.fetch import fetch
from tepal.formats.errors import TepalError

_TYPING = const(0)
if _TYPING:
    from typing import Any  # noqa: TID251 - never imported on a node

_POLL_S = const(25)
_WAIT_MS = const(10000)
_FIRST_PAUSE_MS = const(2000)
_LONGEST_PAUSE_MS = const(60000)
_MOST_WAITING = const(8)  # notifications
_MOST_STRANGERS = const(8)
_MOST_TEXT = const(3000)  # characters
_HELP = const("/cmd module function …\n/cmd_select node module function …\n/ping\n/notify on|off")


class Telegram:
    """A channel of ``node.notify``, and a task that listens."""

    name = "Telegram"

    def __init__(self, node):
        self.node = node
        self.state = "off"
        self.offset = 0  # of the next message; those before it are done with
        self.waiting = []  # notifications that are still to be sent
        self.strangers = []  # chats that were turned away, so that the log tells of each once

    def start(self) -> str:
        """Begin to listen and to carry notifications.

        Raises: TepalError ``config_value`` where the token or the chats are missing.
        """
        if not self.chats():
            raise TepalError("config_value", "telegram_chats: <chat id>:<role> expected")
        self._url("")
        if not self.node.tasks.is_busy("telegram.server_bot"):
            self.node.tasks.start("telegram.server_bot", self.listen())
        if self not in self.node.notify.channels:
            self.node.notify.channels.append(self)
        return "Starting"

    def stop(self) -> None:
        """End both."""
        from tepal.core import ending

        for task in self.node.tasks.find("telegram.server_bot"):
            ending.cancel(task)
        if self in self.node.notify.channels:
            self.node.notify.channels.remove(self)
        self.state = "off"

    def chats(self) -> dict:
        """Return {chat id: role}; what is not understood is left out."""
        found = {}
        for item in self.node.config.get("telegram_chats").split(","):
            chat, _, role = item.strip().partition(":")
            if chat.lstrip("-").isdigit() and (role or "control") in ROLES:
                found[int(chat)] = ROLES.index(role or "control")
        return found

    def send(self, text: str) -> bool:
        """Take a notification, to be sent at once; False if too many wait already."""
        if len(self.waiting) >= _MOST_WAITING:
            return False
        self.waiting.append(text)
        if not self.node.tasks.is_busy("telegram.send"):
            self.node.tasks.start("telegram.send", self._flush())
        return True

    async def listen(self) -> None:
        """Answer messages; goes on through every failure, with growing pauses."""
        pause_ms = _FIRST_PAUSE_MS
        while True:
            try:
                if self.state == "off":
                    await self._pass_over()
                message = await self._next()
                self.state, pause_ms = "listening", _FIRST_PAUSE_MS
                if message:
                    await self._answer(message)
            except (TepalError, KeyError, TypeError) as error:  # it may answer anything
                if self.state != str(error):
                    self.node.log.warn("telegram: " + str(error))
                self.state = str(error)
                await asyncio.sleep_ms(pause_ms)
                pause_ms = min(pause_ms * 2, _LONGEST_PAUSE_MS)

    async def _pass_over(self) -> None:
        """Forget what was sent while nobody listened: an old command is not what anybody wants."""
        updates = await self._ask("getUpdates", {"offset": -1, "timeout": 0, "limit": 1})
        if updates:
            self.offset = updates[-1]["update_id"] + 1
        self.state = "listening"

    async def _next(self):
        """Return the next message, None if none has come for a while."""
        wanted = {"offset": self.offset, "timeout": _POLL_S, "limit": 1}
        wanted["allowed_updates"] = ["message"]
        updates = await self._ask("getUpdates", wanted, _POLL_S * 1000 + _WAIT_MS)
        if not updates:
            return None
        self.offset = updates[0]["update_id"] + 1
        # Told before the command runs: after a reboot it would come once more.
        await self._ask("getUpdates", {"offset": self.offset, "timeout": 0, "limit": 1})
        return updates[0].get("message")

    async def _answer(self, message: dict) -> None:
        chat, text = message["chat"]["id"], str(message.get("text", ""))
        role = self.chats().get(chat)
        if role is None:
            if chat not in self.strangers:
                self.strangers = self.strangers[-_MOST_STRANGERS + 1 :] + [chat]
                self.node.log.warn("telegram: chat %s is not in telegram_chats" % chat)
            return
        answer = await self._result(text, Caller("telegram", role, "chat %s" % chat))
        if answer:
            await self._say(chat, answer)

    async def _result(self, text: str, caller: Caller) -> str:
        node = self.node
        word, _, rest = text.strip().partition(" ")
        word = word.split("@")[0]  # in a group, a bot is addressed so
        if word == "/cmd_select":
            name, _, rest = rest.strip().partition(" ")
            if name != node.name:
                return ""
            word = "/cmd"
        if word == "/cmd":
            return await _run(node, rest, caller)
        if word == "/ping":
            return node.name + ": " + ", ".join(sorted(node.modules.loaded))
        if word == "/notify" and rest in ("on", "off") and caller.role >= CONTROL:
            node.notify.enabled = rest == "on"
            return "Notifications " + rest
        return _HELP

    async def _flush(self) -> None:
        while self.waiting:
            text = self.waiting.pop(0)
            for chat in self.chats():
                try:
                    await self._say(chat, self.node.name + ": " + text)
                except TepalError as error:
                    self.node.log.warn("telegram: not sent: " + str(error))

    async def _say(self, chat: int, text: str) -> None:
        await self._ask("sendMessage", {"chat_id": chat, "text": text[:_MOST_TEXT]})

    async def _ask(self, method: str, wanted: dict, wait_ms: int = _WAIT_MS) -> "Any":
        """Return what the Bot API answers. Raises: TepalError, never with the token in it."""
        data = json.dumps(wanted).encode()
        status, body = await fetch(self.node, self._url(method), data, wait_ms)
        try:
            answer = json.loads(body)
            if answer["ok"]:
                return answer["result"]
            problem = str(answer.get("description", status))
        except (ValueError, KeyError, TypeError):
            problem = "an answer that makes no sense, status %d" % status
            self._pass_one(body)
        raise TepalError("telegram", problem)

    def _pass_one(self, body: bytes) -> None:
        """Pass over a message that is too long for us: the next one must not wait behind it."""
        digits = body.partition(b'"update_id":')[2].split(b",")[0].strip()
        if digits.isdigit():
            self.offset = int(digits) + 1

    def _url(self, method: str) -> str:
        from tepal.core import secrets

        token = secrets.get(self.node.auth.secrets, "telegram")
        if not token:
            raise TepalError("config_value", "telegram: the token of a bot expected")
        return self.node.config.get("telegram_url") + "/bot" + token + "/" + method


async def _run(node, line: str, caller: Caller) -> str:
    from tepal.core.commands import text
    from tepal.formats.command import parse

    try:
        call = parse(line)
        return text(await node.commands.run(call, caller), call.function)
    except TepalError as error:
        return "Core error: " + str(error)
