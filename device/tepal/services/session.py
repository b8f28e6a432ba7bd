"""What the text shell does beside commands: login, configure mode, reboot, goodbye."""

from tepal.core import login
from tepal.core.commands import ADMIN, Caller, text
from tepal.formats.command import parse
from tepal.formats.errors import TepalError

RARE = True
HINT = (
    "Shell: for hints type help.\n"
    "Shell: for LM exec: [1](LM)module [2]function [3...]optional params"
)
_OPTIONS = {"reboot": ("-h", "reboot hard"), "webrepl": ("-u", "webrepl update")}


async def answer(shell, word: str, line: str):
    """Return the answer to a line that begins with ``word``; None to say goodbye."""
    if word == "exit":
        return None
    if shell.is_locked():
        return await _login(shell, word)
    if word.startswith("conf") or word.startswith("noconf"):  # noqa: PIE810 - MicroPython 1.24
        shell.configuring = word[0] == "c"
        return ""
    try:
        if shell.configuring and word not in ("hello", "version"):
            return await _configure(shell.node, line, shell.caller)
        option, command = _OPTIONS.get(word, ("-", line))
        return await _leave(shell, command if option in line else line)
    except TepalError as error:
        return "Core error: " + str(error)


async def _login(shell, password: str):
    try:
        role = await login.with_password(shell.node.auth, password, shell.caller.name)
    except TepalError as error:
        await shell.connection.write("AuthFailed: " + str(error) + "\n")
        return None
    shell.caller = Caller("shell", role, shell.caller.name)
    shell.connection.trusted = True
    return "AuthOk"


async def _leave(shell, line: str):
    """Run ``reboot`` and the like, or what may be said while configuring; none speaks after Bye."""
    goodbye = text(await shell.node.commands.run(parse(line), shell.caller))
    if not goodbye.endswith("Bye!"):
        return goodbye
    await shell.connection.write(goodbye.replace("Bye!", ""))
    return None


async def _configure(node, line: str, caller) -> str:
    """Answer ``key``, ``key value`` or ``dump [text]``."""
    if caller.role < ADMIN:
        raise TepalError("denied", "the configuration wants the role admin")
    key, _, text = line.partition(" ")
    text = text.strip()
    if key == "dump":
        from tepal.core import keys

        values = keys.everything(node.config)
        keys = [name for name in sorted(values) if text in name]
        return "\n".join(["  %-10s:        %s" % (name, values[name]) for name in keys])
    try:
        if not text:
            return str(node.config.get(key))
        await node.config.set(key, text)
    except TepalError as error:
        if error.code == "unknown_key":
            return "Invalid key" if text else "None"
        return "node_config write error: " + str(error) + "\nFailed to save"
    return "Saved"
