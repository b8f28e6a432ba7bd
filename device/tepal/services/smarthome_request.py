"""A request as clients of micropython-smarthome make it: who asks, for what, and the answer.

    ["endpoint", argument, …]                          JSON, one value back
    {"call": ["endpoint", …], "password": "…"}         the same of who must log in; ours alone
    GET /endpoint?argument/argument HTTP/1.1           all arguments are text, %2F is a slash

Errors are ``{"ERROR": sentence}``, and status 200 all the same. What an endpoint does goes over
the bus, so that roles hold.
"""

# Of the part devices, which a release can leave out.

import json
import sys

from micropython import const

from tepal.core.commands import CONTROL, ROLES, Caller, as_json, value
from tepal.formats.command import Call
from tepal.formats.errors import TepalError

RARE = True
_MOST_LINES = const(64)  # of a head
_HEADERS = const(
    ("authorization", "cookie", "host", "origin", "referer", "sec-fetch-site", "user-agent")
)
_STATUS = {"login_required": 401, "wrong_password": 401, "wait": 401, "other_site": 403}
# Endpoint, where it is, and the least and the most arguments; what follows i is about an instance.
_PLACES = const("""
reboot node 0 0
status node 0 0
get_temp node 0 0
get_humid node 0 0
get_climate_data node 0 0
clear_log node 0 0
set_log_level node 1 1
set_gps_coords node 1 1
mem_info node 0 0
enable instance 1 1 i
enable_in instance 2 2 i
disable instance 1 1 i
disable_in instance 2 2 i
set_rule instance 2 2 i
increment_rule instance 2 2 i
reset_rule instance 1 1 i
get_attributes instance 1 1 i
condition_met instance 1 1 i
trigger_sensor instance 1 1 i
turn_on instance 1 1 i
turn_off instance 1 1 i
load_cell_tare instance 1 1 i
load_cell_read instance 1 1 i
reset_all_rules rules 0 0
get_schedule_rules rules 1 1 i
add_schedule_rule rules 3 4 i
remove_rule rules 2 2 i
save_rules rules 0 0
get_schedule_keywords rules 0 0
add_schedule_keyword rules 1 1
remove_schedule_keyword rules 1 1
save_schedule_keywords rules 0 0
ir_key remote 2 2
ir_get_existing_macros remote 0 0
ir_create_macro remote 1 1
ir_delete_macro remote 1 1
ir_add_macro_action remote 3 5
ir_run_macro remote 1 1
ir_save_macros remote 0 0
""")


class Wrong(Exception):
    """What the original says to a request that it does not understand."""


class Request:
    """One request. The names of what ``services.identity`` wants to know are those of HTTP."""

    method = "GET"
    unread = 0
    body = b""

    def __init__(self, node, connection):
        self.node = node
        self.connection = connection
        self.house = node.__dict__.get("devices")  # None on a node without any
        self.is_http = False
        self.words = []  # the endpoint and its arguments
        self.password = None
        self.headers = {}
        self.path = self.query = ""
        self.status = 200
        self.caller = Caller("smarthome", 0, connection.address)
        self.has_begun = False

    def header(self, name: str) -> str:
        """Return the value of a header; empty if it was not sent."""
        return self.headers.get(name, "")

    async def read(self) -> None:
        """Take the request from the connection. Raises: TepalError, Wrong."""
        line = await _line(self.connection)
        try:
            text = line.decode()
        except UnicodeError:
            raise Wrong("Syntax error in received JSON")
        self.is_http = text[:4] == "GET "
        if self.is_http:
            target = text.split(" ")[1]
            self.path, _, self.query = target.partition("?")
            await self._read_head()
            self.words = [self.path[1:]] + (self.query.split("/") if self.query else [])
            if "%" in self.query:
                from tepal.services import urls

                self.words = [urls.unquote(word) for word in self.words]
            return
        try:
            said = json.loads(text)
        except ValueError:
            said = None
        if isinstance(said, dict):
            self.password = said.get("password")
            said = said.get("call")
        if not isinstance(said, list) or not said or not isinstance(said[0], str):
            raise Wrong("Syntax error in received JSON")
        self.words = said

    async def _read_head(self) -> None:
        for _ in range(_MOST_LINES):
            line = await _line(self.connection)
            if not line:
                return
            try:
                name, _, value = line.decode().partition(":")
            except UnicodeError:
                raise TepalError("bad_request", "UTF-8 expected in the head")
            if name.lower() in _HEADERS:
                self.headers[name.lower()] = value.strip()
        raise TepalError("too_large", "at most %d lines expected" % _MOST_LINES)

    async def identify(self) -> None:
        """Find out who asks. Raises: TepalError ``login_required``, ``other_site`` and of login."""
        auth, address = self.node.auth, self.connection.address
        guests = self.node.config.get("smarthome")
        is_guest = guests == "open" or address in [word.strip() for word in guests.split(",")]
        if not auth.enabled:
            role = auth.guest
        elif is_guest and self.password is None and not self.header("authorization"):
            role = ROLES.index(self.node.config.get("smarthome_role"))
        elif self.is_http:
            from tepal.services import identity

            self.caller = await identity.caller(self, True)
            return
        elif self.password is None:
            raise TepalError("login_required")
        else:
            from tepal.core import login

            role = await login.with_password(auth, str(self.password), address)
        if self.is_http:
            from tepal.services import identity

            role = identity.check_site(self, role)  # any page could make a browser ask
        self.caller = Caller("smarthome", role, address)

    def want(self, role: int = CONTROL) -> None:
        """Refuse who has not this role. Raises: TepalError ``denied``."""
        if self.caller.role < role:
            raise TepalError("denied", "the role " + ROLES[role] + " expected")

    async def run(self, target: str, function: str, *args):
        """Return what a command answers. Raises: TepalError."""
        call = Call(target, function, args, {}, ())
        return value(await self.node.commands.run(call, self.caller))

    def instance(self, name: object):
        """Return the device or sensor with an id. Raises: Wrong."""
        found = self.house and isinstance(name, str) and self.house.all.get(name)
        if not found:
            raise Wrong("Instance not found, use status to see options")
        return found

    async def put(self, text: str) -> None:
        """Send a part of the answer."""
        if self.is_http and not self.has_begun:
            more = ""
            if self.status == 401:
                more = 'WWW-Authenticate: Basic realm="%s"\r\n' % self.node.name
            head = "HTTP/1.0 %d NA\r\nContent-Type: application/json\r\n%s\r\n"
            text = head % (self.status, more) + text
        self.has_begun = True
        await self.connection.write(text)


async def answer(node, connection) -> None:
    """Answer the request whose first line is there."""
    request = Request(node, connection)
    is_too_much = False
    try:
        await request.read()
        await request.identify()
        result = await _result(request)
    except Wrong as error:
        result = {"ERROR": error.args[0]}
    except TepalError as error:
        is_too_much = error.code == "too_large"
        request.status = _STATUS.get(error.code, 200)
        result = {"ERROR": str(error)}
    if request.has_begun:
        return  # it was sent piece by piece
    await request.put(as_json(result))
    if is_too_much:
        from tepal.services import crowd

        await crowd.linger(connection)


async def _result(request):
    name, *args = request.words
    for place in _PLACES.split("\n"):
        if place.startswith(name + " "):
            break
    else:
        request.status = 404
        raise Wrong("Invalid command")
    _, file, least, most, *about = place.split()
    if len(args) < int(least):
        raise Wrong("Invalid syntax")
    args = args[: int(most)]
    if about:
        args[0] = request.instance(args[0])
    path = "tepal.services.smarthome_" + file
    __import__(path)
    return await getattr(sys.modules[path], name)(request, *args)


async def _line(connection) -> bytes:
    """Return the next line without its end, or what came before the client closed."""
    line = connection.take(b"\n")
    while line is None:
        if not await connection.fill():
            line = bytes(connection.view[connection.start : connection.end])
            connection.start = connection.end
            return line
        line = connection.take(b"\n")
    return line.strip()
