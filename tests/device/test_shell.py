import asyncio
import json
import time

from house import Stream, build_node, end, talk, until

from tepal.core import login, passwords, secrets
from tepal.services import framed, shell
from tepal.services.tcp import Connection


async def ask(node, *lines):
    return (await talk(node, shell, *lines)).decode()


async def test_the_prompt_comes_at_once_and_ends_each_answer():
    node = build_node()

    assert await ask(node) == "node01 $ "
    assert await ask(node, b"version\n") == "node01 $ 0.1.0\nnode01 $ "
    await end(node)


async def test_several_lines_in_a_segment_and_one_in_several():
    node = build_node()

    assert (await ask(node, b"version\nversion\n")).count("0.1.0") == 2
    assert "<3 heartbeat" in await ask(node, b"system hea", b"rtbeat\n")
    assert await ask(node, b"version\r\n") == "node01 $ 0.1.0\nnode01 $ "
    await end(node)


async def test_a_client_that_sends_no_newline_is_answered():
    node = build_node()
    stream = Stream()
    session = asyncio.create_task(shell.serve(node, Connection(stream, shell.BUFFER)))
    begin = time.ticks_ms()
    stream.send(b"version")
    await until(lambda: stream.sent == b"node01 $ 0.1.0\nnode01 $ ")
    middle = time.ticks_ms()
    stream.send(b"hello")
    await until(lambda: stream.sent.endswith(b":dev:open\nnode01 $ "))
    # the second one is not kept waiting so long
    assert time.ticks_diff(time.ticks_ms(), middle) < time.ticks_diff(middle, begin)
    stream.send(b"")
    await session
    await end(node)


async def test_an_empty_line_is_answered_by_the_prompt():
    node = build_node()

    assert await ask(node, b"\n\n") == "node01 $ node01 $ node01 $ "
    await end(node)


async def test_exit_says_goodbye():
    node = build_node()

    assert await ask(node, b"exit\n") == "node01 $ Bye!\n"
    await end(node)


async def test_hello_and_version_need_no_login_and_the_rest_does():
    node = build_node(auth=True)
    password = await login.provision(node.auth)

    text = await ask(node, b"hello\n", b"version\n", password.encode() + b"\n", b"modules\n")

    assert text.startswith("[password] node01 $ hello:node01:micr00OS:dev\n[password] node01 $ ")
    assert "AuthOk\nnode01 $ ['task']" in text
    text = await ask(node, b"modules\n", b"modules\n")
    assert text == "[password] node01 $ AuthFailed: wrong password\nBye!\n"
    await end(node)


async def test_an_open_node_says_so():
    node = build_node()

    assert "hello:node01:micr00OS:dev:open" in await ask(node, b"hello\n")
    await end(node)


async def test_errors_leave_the_session_open():
    node = build_node()

    text = await ask(
        node, b"apple test\n", b"system nope\n", b"apple\n", b'system "\n', b"hello\n"
    )

    assert "Core error: unknown module: apple" in text
    assert "Core error: unknown function: system nope" in text
    assert "Shell: for hints type help." in text
    assert "Core error: syntax: the closing quote or bracket expected near" in text
    assert "hello:" in text
    await end(node)


async def test_configure_mode_reads_and_writes():
    node = build_node()

    text = await ask(
        node,
        b"conf\n",
        b"devfid\n",
        b"devfid attic\n",
        b"nothing\n",
        b"nothing 5\n",
        b"webport many\n",
        b"dump devfid\n",
        b"dump pwd\n",
        b"noconf\n",
        b"devfid\n",
    )

    assert "[configure] node01 $ node01\n" in text
    assert "Saved\n" in text
    assert "None\n[configure]" in text
    assert "Invalid key\n" in text
    assert "webport: a whole number expected\nFailed to save\n" in text
    assert "  devfid    :        attic\n" in text
    assert "  stapwd    :        ***\n" in text
    assert text.endswith("optional params\nnode01 $ ")
    await end(node)


async def test_what_is_too_long_or_no_text_is_said_so():
    node = build_node()

    text = await ask(node, b"x" * 5000)
    assert "Core error: too large" in text
    assert text.endswith("Bye!\n")
    assert "UTF-8 expected" in await ask(node, b"\xff\xfe\n")
    await end(node)


async def test_reboot_says_goodbye_and_restarts():
    node = build_node()

    text = await ask(node, b"reboot\n")

    assert text == "node01 $ Reboot Tepal system.\nBye!\n"
    assert node.stop.is_set()
    assert not node.hard
    text = await ask(build_node(), b"reboot -h\n")
    assert text.startswith("node01 $ [HARD]")
    await end(node)
    await end(node)


def frames(sent):
    lines = sent.decode().split("\n")[1:]  # the prompt is the first line
    return [json.loads(line) for line in lines if line]


async def frame(node, *requests):
    parts = [json.dumps(request).encode() + b"\n" for request in requests]
    return frames(await talk(node, shell, *parts))


async def test_a_program_gets_frames_with_the_id_of_its_request():
    node = build_node()

    answers = await frame(
        node,
        {"id": 1, "cmd": "system heartbeat"},
        {"id": "two", "call": ["system", "pinmap", [], {"keys": "neop"}]},
        {"id": 3, "cmd": "nothing x"},
        {"id": 4, "cmd": 'x "'},
        {"id": 5},
        {"id": 6, "call": ["system", 5, [], {}]},
        {"id": 7, "call": "x"},
    )

    assert answers[0] == {"id": 1, "ok": "<3 heartbeat"}
    assert answers[1] == {"id": "two", "ok": {"neop": 15}}
    assert answers[2]["error"]["code"] == "unknown_module"
    assert answers[2]["error"]["message"] == "unknown module: nothing"
    assert [answer["error"]["code"] for answer in answers[3:]] == ["syntax"] * 4
    await end(node)


async def test_a_frame_that_is_no_object_is_answered():
    node = build_node()

    answers = frames(await talk(node, shell, b'{nothing}\n[1]\n5\n{"id":2,"cmd":"version"}\n'))

    assert [answer["id"] for answer in answers] == [None, None, None, 2]
    assert answers[3]["ok"] == "0.1.0"
    await end(node)


async def test_a_program_logs_in_with_password_or_key():
    node = build_node(auth=True)
    password = await login.provision(node.auth)
    key = bytes.fromhex(secrets.get(node.auth.secrets, "key"))

    answers = await frame(
        node,
        {"id": 1, "cmd": "modules"},
        {"id": 2, "login": "wrong"},
        {"id": 3, "login": password},
        {"id": 4, "cmd": "modules"},
    )
    assert answers[0]["error"]["code"] == "denied"
    assert answers[1]["error"]["code"] == "wrong_password"
    assert answers[2]["ok"] == "admin"
    assert answers[3]["ok"] == ["task"]

    nonce = login.new_nonce(node.auth)
    mac = passwords.hmac_sha256(key, ("shell\n%s\n1" % nonce).encode()).hex()
    answers = await frame(
        node,
        {"id": 1, "sign": [nonce, 1, "00"]},
        {"id": 2, "sign": [nonce, 1, mac]},
        {"id": 3, "cmd": "modules"},
        {"id": 4, "nonce": True},
        {"id": 5, "sign": "x"},
    )
    assert answers[0]["error"]["code"] == "signature"
    assert answers[1]["ok"] == "admin"
    assert answers[2]["ok"] == ["task"]
    assert len(answers[3]["ok"]) == 16
    assert answers[4]["error"]["code"] == "syntax"
    await end(node)


async def test_a_program_can_listen():
    node = build_node()

    answers = await frame(
        node,
        {"id": 1, "subscribe": ["log", "command"]},
        {"id": 2, "cmd": 'system notify "dinner"'},
    )

    assert {"id": 1, "ok": True} in answers
    events = [answer for answer in answers if "event" in answer]
    assert "dinner" in events[0]["data"]
    assert {"event": "command", "data": "system", "lost": 0} in events
    assert node.log.listeners == []
    await end(node)


def test_the_service_is_complete():
    for name in ("serve", "BUFFER"):
        assert hasattr(shell, name)
    assert hasattr(framed, "serve")
