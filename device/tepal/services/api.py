"""``/api/v1``: JSON, real status codes, POST for what changes something.

What each path answers, and to which role, stands in columns: the reference is made of that.
"""

import json
import sys

from micropython import const

from tepal.core import ending, loading
from tepal.core.commands import ADMIN, CONTROL, NOBODY, ROLES, VIEW, Caller, as_json, text
from tepal.formats.command import Call, parse
from tepal.formats.errors import TepalError
from tepal.services import body

RARE = True
_DEVICES = const("tepal.services.device_list")


async def handle(request) -> None:
    """Answer one request below /api/v1."""
    parts = request.path.split("/")[2:]
    name = parts[1] if len(parts) > 1 else ""
    handler = _HANDLERS.get(name)
    if parts[0] != "v1" or handler is None:
        raise TepalError("not_found", request.path[:64])
    await handler(request, parts[2:])


async def node(request, rest: list) -> None:
    """What this node is.

    GET node  view  what it is and how it feels
    """
    await _want(request, "GET")
    from tepal.core import health

    await request.answer(json.dumps(health.about(request.node)))


async def modules(request, rest: list) -> None:
    """Load modules and their commands.

    GET modules            view     all that are there, with the commands of those in memory
    GET modules/<m>        control  one, which this loads
    POST modules/<m>/<f>   its own  runs a command, with an object or a list of arguments
    """
    node = request.node
    if len(rest) > 1 and rest[1]:
        await _command(request, rest)
        return
    await _want(request, "GET", CONTROL if rest and rest[0] else VIEW)  # describing it loads it
    if rest and rest[0]:
        if node.modules.find(rest[0]) is None:
            raise TepalError("unknown_module", rest[0][:32])
        await request.answer(json.dumps(_described(node, rest[0])))
        return
    await body.start(request, "application/json")
    separator = "["
    for name in loading.installed(node.modules):
        await body.send(request, separator)
        await body.send(request, json.dumps(_described(node, name)))
        separator = ","
    await body.send(request, "]" if separator == "," else "[]")
    await body.send(request, "")


def _described(node, name: str) -> dict:
    if name not in node.modules.loaded:
        return {"name": name, "loaded": False}
    from tepal.formats import usage

    module = node.modules.find(name)
    commands = []
    for line in getattr(module, "HELP", ()):
        try:
            command = usage.schema(line)
        except TepalError:  # one module's mistake must not hide the others
            continue
        command["role"] = ROLES[node.modules.role(module, command["name"])]
        commands.append(command)
    return {"name": name, "loaded": True, "commands": commands}


async def _devices(request, rest: list) -> None:
    """Devices and sensors.

    GET devices                  view     their types, and how they are
    GET devices/<id>             view     one of them, by id or nickname
    POST devices/<id>/<command>  its own  runs a command, as with modules
    """
    try:
        __import__(_DEVICES)  # by its path, because few nodes want its name in memory
    except ImportError as error:
        raise TepalError("not_included", str(error))
    await sys.modules[_DEVICES].handle(request, rest, _want, _command)


async def _command(request, rest: list) -> None:
    caller = await _want(request, "POST")
    given = await body.read_json(request)
    if not isinstance(given, (dict, list)):
        raise TepalError("bad_request", "an object or a list of arguments expected")
    args = tuple(given) if isinstance(given, list) else ()
    kwargs = given if isinstance(given, dict) else {}
    await _run(request, Call(rest[0], rest[1], args, kwargs, ()), caller)


async def commands(request, rest: list) -> None:
    """Any command.

    POST commands  its own  runs {"cmd": line} or {"target", "function", "args", "kwargs"}
    """
    caller = await _want(request, "POST")
    given = await body.read_json(request)
    if not isinstance(given, dict):
        raise TepalError("bad_request", "an object expected")
    if "cmd" in given:
        call = parse(str(given["cmd"]))
    else:
        args, kwargs = given.get("args", []), given.get("kwargs", {})
        if not isinstance(args, list) or not isinstance(kwargs, dict):
            raise TepalError("bad_request", "args: a list, kwargs: an object expected")
        target, function = given.get("target"), given.get("function", "")
        if not isinstance(target, str) or not isinstance(function, str):
            raise TepalError("bad_request", "cmd, or target and function expected")
        call = Call(target, function, tuple(args), kwargs, ())
    await _run(request, call, caller)


async def _run(request, call: Call, caller: Caller) -> None:
    result = await request.node.commands.run(call, caller)
    shown = json.dumps(text(result, call.function))
    await request.answer('{"result": ' + as_json(result) + ', "text": ' + shown + "}")


async def tasks(request, rest: list) -> None:
    """What runs.

    GET tasks           view     all tasks
    DELETE tasks/<tag>  control  ends all that match
    """
    tasks = request.node.tasks
    if request.method == "DELETE" and rest:
        await _want(request, "DELETE", CONTROL)
        killed = await ending.kill(tasks, rest[0])
        if not killed:
            raise TepalError("not_found", "task " + rest[0][:32])
        await request.answer(json.dumps(killed))
        return
    await _want(request, "GET")
    listed = [
        {"tag": task.tag, "state": task.state, "kind": task.kind, "out": task.out}
        for task in tasks.all
    ]
    await request.answer(json.dumps(listed))


async def config(request, rest: list) -> None:
    """The configuration.

    GET config        admin  every key with its value, type and limit
    GET config/<key>  admin  one key
    PUT config/<key>  admin  changes it to {"value"}
    PATCH config      admin  changes all in {key: value}
    """
    from tepal.core import keys, settings

    config = request.node.config
    if request.method in ("PUT", "PATCH"):
        await _want(request, request.method, ADMIN)
        given = await body.read_json(request)
        if not isinstance(given, dict) or (rest and "value" not in given):
            raise TepalError("bad_request", "an object with the new value expected")
        wanted = {rest[0]: given["value"]} if rest else given
        reboot = False
        for key in wanted:
            reboot = await config.set(key, wanted[key]) or reboot
        await request.answer(json.dumps({"saved": sorted(wanted), "reboot": reboot}))
        return
    await _want(request, "GET", ADMIN)
    if rest and rest[0]:
        described = settings.describe(config.get(rest[0]), keys.entry(rest[0]))
        await request.answer(json.dumps(described))
        return
    await body.start(request, "application/json")
    separator = "{"
    values = keys.everything(config)
    for key, *entry in keys.table():
        described = json.dumps(settings.describe(values[key], entry))
        await body.send(request, separator + json.dumps(key) + ":" + described)
        separator = ","
    await body.send(request, "}")
    await body.send(request, "")


async def files(request, rest: list) -> None:
    """Files; each folder has roles of its own, see filing.

    GET files                     view     the folders that one may read
    GET files/<folder>            its own  what is there
    GET files/<folder>/<name>     its own  a file
    PUT files/<folder>/<name>     its own  writes one
    DELETE files/<folder>/<name>  its own  deletes one
    """
    from tepal.services import files

    write = request.method in ("PUT", "DELETE")
    caller = await _want(request, request.method if write else "GET")
    await files.handle(request, "/".join(rest), caller.role)


async def log(request, rest: list) -> None:
    """The log.

    GET log  view  the newest lines
    """
    await _want(request, "GET")
    await request.answer(json.dumps(request.node.log.lines))


async def login(request, rest: list) -> None:
    """Passwords.

    GET login   nobody  whether one is needed, and the role of who asks
    POST login  nobody  takes {"password"}, gives a session cookie
    """
    node = request.node
    if request.method == "GET":
        try:
            role = (await request.caller()).role
        except TepalError:
            role = NOBODY
        about = {"name": node.name, "auth": node.auth.enabled, "role": ROLES[role]}
        await request.answer(json.dumps(about))
        return
    from tepal.core import login

    _want_method(request, "POST")
    given = await body.read_json(request)
    if not isinstance(given, dict):
        raise TepalError("bad_request", 'an object with "password" expected')
    password = str(given.get("password", ""))
    role = await login.with_password(node.auth, password, request.connection.address)
    cookie = "set-cookie: tepal=%s; Path=/; HttpOnly; SameSite=Strict\r\n"
    token = login.open_session(node.auth, role)
    await request.answer(json.dumps({"role": ROLES[role]}), more=cookie % token)


async def logout(request, rest: list) -> None:
    """Leaving.

    POST logout  nobody  forgets the session
    """
    from tepal.services import identity

    _want_method(request, "POST")
    request.node.auth.sessions.pop(identity.cookie(request), None)
    await request.answer("{}", more="set-cookie: tepal=; Path=/; Max-Age=0\r\n")


async def nonce(request, rest: list) -> None:
    """Signatures.

    GET nonce  nobody  what a program needs to sign requests with the node's key
    """
    from tepal.core import login

    _want_method(request, "GET")
    await request.answer(json.dumps({"nonce": login.new_nonce(request.node.auth)}))


async def events(request, rest: list) -> None:
    """News.

    GET events  view  log lines and changed states as server-sent events
    """
    caller = await _want(request, "GET")
    from tepal.services import live

    await live.stream(request, caller)


async def _want(request, method: str, role: int = VIEW) -> Caller:
    """Return the caller, who must have ``role``; anything but GET must come from our own page."""
    _want_method(request, method)
    caller = await request.caller(changes=method != "GET")
    if caller.role < role:
        raise TepalError("denied", "the role " + ROLES[role] + " expected")
    return caller


def _want_method(request, method: str) -> None:
    if request.method != method:
        raise TepalError("method", method + " expected")


_HANDLERS = {
    "node": node,
    "modules": modules,
    "devices": _devices,
    "commands": commands,
    "tasks": tasks,
    "config": config,
    "files": files,
    "log": log,
    "login": login,
    "logout": logout,
    "nonce": nonce,
    "events": events,
}
