"""Load modules as people have written them for the original: they run, and get what they import."""

import json

import simulated
from house import build_node, end, fails, leave, run, talk, until, write

from tepal.core.commands import CONTROL, Caller

LAMP = """
from Common import micro_task, manage_task, syslog, data_dir, notify, exec_cmd
from microIO import bind_pin, pinmap_search
from Types import resolve
from machine import Pin

LAMP = None

def _lamp():
    global LAMP
    if LAMP is None:
        LAMP = Pin(bind_pin('switch_1'), Pin.OUT)
    return LAMP

def load():
    try:
        with open(data_dir('lamp.cache')) as f:
            _lamp().value(int(f.read()))
    except OSError:
        syslog('[WARN] lamp: nothing remembered')
    return 'LAMP LOADED'

def toggle(state=None):
    lamp = _lamp()
    lamp.value(not lamp.value() if state is None else state)
    with open(data_dir('lamp.cache'), 'w') as f:
        f.write(str(lamp.value()))
    return status()

async def __blink(times, period_ms):
    with micro_task(tag='lamp.blink') as my_task:
        for count in range(times):
            toggle()
            my_task.out = 'blink ' + str(count + 1)
            await my_task.feed(sleep_ms=period_ms)

def blink(times=3, period_ms=5):
    return micro_task('lamp.blink', task=__blink(times, period_ms))

async def wait():
    await micro_task('lamp.blink').await_result(timeout=2)
    return manage_task('lamp.blink', 'show')

def stop():
    return manage_task('lamp.blink', 'kill')[0]

def heart():
    return exec_cmd(['system', 'heartbeat'])

def shout(text):
    return notify(text)

def status(lmf=None):
    return {'S': _lamp().value()}

def pinmap():
    return pinmap_search('switch_1')

def help(widgets=False):
    return resolve(('BUTTON toggle state=<True,False>', 'blink times=3', 'pinmap'), widgets=widgets)
"""

METER = """
from Common import data_logger, transition, transition_gen, SmartADC, socket_stream
from Common import micro_task, web_endpoint
from Auth import sudo
from Config import cfgget

def load():
    web_endpoint('meter', _page)
    web_endpoint('meter/set', _set, method='POST')
    web_endpoint('camera', _camera)
    return cfgget('devfid')

def measure():
    return SmartADC.get_instance(34).get()

def log(count, limit=4):
    for number in range(count):
        data_logger('meter', data={'n': number}, limit=limit)
    return data_logger('meter', limit=limit)

def fade(wide=False):
    if wide:
        fades, step_ms = transition_gen(0, 100, 50, 0, interval_sec=0.2)
        return [list(one)[-1] for one in fades], step_ms
    return list(transition(0, 10, 100, 0.5))

@socket_stream
def tell(text, msgobj=None):
    msgobj('meter: ' + text)
    return 'told'

@sudo
def reset(pwd=None):
    return 'reset'

@sudo(_when_true=('force', 0))
def clean(force=False):
    return 'cleaned'

@micro_task('main', _wrap=True)
async def work(tag, amount):
    with micro_task(tag) as task:
        task.out = 'half'
        await task.feed(5)
        task.out = 'done ' + str(amount)

def _page(headers, body):
    return 'text/plain', headers['host'] + ' ' + str(body)

def _set(headers, body):
    return 'application/json', {'got': body.decode()}

FRAMES = [b'one', b'two', b'']

def _camera(headers, body):
    return 'multipart/x-mixed-replace', {'callback': _frame, 'content-type': 'image/jpeg'}

def _frame():
    return FRAMES.pop(0)
"""

PLAYER = """
from Common import AnimationPlayer

SHOWN = []

class Player(AnimationPlayer):
    def update(self, level):
        SHOWN.append(level)
    def clear(self):
        SHOWN.append('clear')

def _frames():
    for level in range(3):
        yield (level,)

PLAYER = Player(tag='player')

def start():
    return PLAYER.play(_frames, speed_ms=1, batch=1, loop=False)

def stop():
    return PLAYER.stop()

def shown():
    return SHOWN
"""


def build(name: str, code: str):
    node = build_node()
    simulated.pins.clear()
    write("modules/LM_" + name + ".py", code)
    return node


async def test_pins_files_and_help_are_the_ones_it_knows():
    node = build("lamp", LAMP)

    assert await run(node, "lamp load") == "LAMP LOADED"
    assert await run(node, "lamp toggle") == {"S": 1}

    assert "[WARN] lamp: nothing remembered" in "".join(node.log.lines)
    assert node.pins.booked() == await run(node, "lamp pinmap")
    await fails(run(node, "switch toggle"), "pin_busy")
    await run(node, "modules unload lamp")
    assert node.pins.booked() == {}
    await run(node, "lamp load")
    assert await run(node, "lamp status") == {"S": 1}
    assert (await run(node, "lamp help"))[0].startswith("toggle")
    assert json.loads((await run(node, "lamp help True"))[0])["type"] == "button"
    await end(node)


async def test_its_tasks_are_tasks_of_the_node():
    node = build("lamp", LAMP)

    assert await run(node, "lamp blink") == {"lamp.blink": "Starting"}
    assert await run(node, "lamp blink") == {"lamp.blink": "Already running"}
    assert await run(node, "lamp wait") == "blink 3"
    await run(node, "lamp blink 1000 5")
    assert await run(node, "lamp stop") is True

    await until(lambda: not node.tasks.is_busy("lamp.blink"))
    assert await run(node, "lamp heart") == (True, "<3 heartbeat")
    await end(node)


async def test_it_notifies_through_the_hub():
    node = build("lamp", LAMP)

    class Channel:
        name = "Telegram"
        sent = []

        def send(self, text):
            self.sent.append(text)
            return True

    node.notify.channels.append(Channel())

    assert await run(node, "lamp shout fire") is True
    assert await run(node, "system notify smoke") == "Sent over Telegram"
    await run(node, "system notifications False")
    assert await run(node, "system notify ash") == "Notifications disabled"

    assert Channel.sent == ["fire", "smoke"]
    newest = (await run(node, "system notifications"))["newest"]
    assert [text for _, text in newest] == ["fire", "smoke"]
    await end(node)


async def test_what_is_private_or_imported_is_no_command():
    node = build("lamp", LAMP)
    await run(node, "lamp load")

    for name in ("_lamp", "__blink", "micro_task", "resolve", "LAMP", "exec_cmd"):
        await fails(run(node, "lamp " + name), "unknown_function")

    await end(node)


async def test_measurements_fades_and_decorated_commands():
    node = build("meter", METER)
    simulated.analog[34] = 65535

    assert await run(node, "meter load") == "node01"
    assert await run(node, "meter measure") == {"raw": 65535, "percent": 100.0, "volt": 2.45}
    lines = await run(node, "meter log 9")
    assert [line.rsplit(" ", 1)[1] for line in lines] == ["5}", "6}", "7}", "8}"], lines
    assert await run(node, "meter fade") == [2, 4, 6, 8, 10]
    assert await run(node, "meter fade True") == ([100, 0], 5)
    assert await run(node, "meter tell hello") == "told"
    assert await run(node, "meter work 7") == {"main.work": "Starting"}
    await until(lambda: not node.tasks.is_busy("main.work"))
    assert node.tasks.find("main.work")[0].out == "done 7"
    await end(node)


async def test_what_wanted_the_password_wants_an_admin():
    node = build("meter", METER)
    user = Caller("test", CONTROL, "test")

    assert await run(node, "meter reset pwd=ADmin123") == "reset"
    assert await run(node, "meter clean") == "cleaned"
    assert await run(node, "meter clean", user) == "cleaned"
    await fails(run(node, "meter reset pwd=ADmin123", user), "denied")
    await fails(run(node, "meter clean force=True", user), "denied")
    await fails(run(node, "meter clean True", user), "denied")
    await end(node)


async def test_its_web_pages_are_served_while_it_is_loaded():
    from tepal.services import http

    node = build("meter", METER)
    await run(node, "meter load")

    async def ask(head: str, body: bytes = b"") -> bytes:
        head += " HTTP/1.1\r\nhost: node01\r\nconnection: close\r\n"
        head += "content-length: %d\r\n\r\n" % len(body)
        return await talk(node, http, head.encode() + body)

    assert b"200 OK" in await ask("GET /meter")
    assert (await ask("GET /meter")).endswith(b"node01 b''")
    assert (await ask("POST /meter/set", b"x")).endswith(b'{"got": "x"}')
    assert b'"usr_endpoints": ["camera", "meter", "meter/set"]' in await ask("GET /rest")
    stream = await ask("GET /camera")
    assert stream.count(b"--tepal_part\r\ncontent-type: image/jpeg") == 2
    assert stream.endswith(b"--tepal_part--\r\n")
    node.auth.enabled, node.auth.guest = True, 0
    assert b"401 Unauthorized" in await ask("GET /meter")
    await run(node, "modules unload meter")
    assert b"404 Not Found" in await ask("GET /meter")
    await end(node)


async def test_a_page_that_fails_is_an_error_of_its_own():
    from tepal.services import http

    node = build_node()
    node.pages.add("torn", lambda headers, body: 1 // 0)

    head = b"GET /torn HTTP/1.1\r\nhost: n\r\n%s\r\n"
    sent = await talk(node, http, head % b"")
    odd = await talk(node, http, head % b"x: \xff\r\n")

    assert b"500 Internal" in sent and b"page /torn" in sent
    assert b"400 Bad Request" in odd
    await end(node)


async def test_pages_are_bounded_and_do_not_hide_ours():
    node = build_node()

    for name in ("../x", "api/v1/node", "rest", "a b", ""):
        try:
            node.pages.add(name, lambda headers, body: ("", ""))
            raise AssertionError(name)
        except Exception as error:
            assert getattr(error, "code", "") == "path", repr(error)
    for number in range(16):
        node.pages.add("p%d" % number, "index.html")
    try:
        node.pages.add("p16", "index.html")
        raise AssertionError
    except Exception as error:
        assert getattr(error, "code", "") == "queue_full"
    await end(node)


async def test_an_animation_plays_in_a_task():
    node = build("player", PLAYER)

    assert await run(node, "player start") == {"player.player": "Starting"}
    await until(lambda: not node.tasks.is_busy("player.player"))

    assert await run(node, "player shown") == [0, 1, 2, "clear"]
    await end(node)


async def test_a_module_that_imports_what_nobody_has_is_told_so():
    node = build("odd", "import Uncommon\n")

    assert "Uncommon" in await fails(run(node, "odd load"), "load_failed")
    leave()
