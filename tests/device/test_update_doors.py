"""A release that comes by push: what the door takes, in which order, and what it answers."""

import asyncio
import hashlib

import engine
from house import build_node, talk
from house import end as end_node
from http_client import request
from test_http import ask_json

from tepal.core import login, passwords, secrets
from tepal.core.commands import CONTROL
from tepal.services import http

UPDATE = "/api/v1/update"
FILES = {"a.mpy": b"a" * 2500, "b": b"here", "c": bytes(range(256)) * 17}
MANIFEST = engine.manifest(FILES)


def build(auth=False):
    node = build_node(auth)
    node.slot = "a"
    node.restarts = []
    node.restart = node.restarts.append
    made = engine.Engine()
    made.here = [b"here"]
    engine.put(made)
    return node, made


async def end(node):
    engine.take_away()
    await end_node(node)


def sha256(content):
    return hashlib.sha256(content).digest().hex()


def place(name, offset=0):
    return UPDATE + "/files/%s?offset=%d" % (sha256(FILES[name]), offset)


async def test_a_release_comes_file_by_file_and_the_node_restarts():
    node, made = build()

    status, told = await ask_json(node, "PUT", UPDATE + "/manifest", MANIFEST)
    assert (status, made.asked) == (200, True)
    first = {"path": "a.mpy", "size": 2500, "sha256": sha256(FILES["a.mpy"]), "offset": 0}
    assert told == {"next": first}
    status, told = await ask_json(node, "PUT", place("a.mpy"), FILES["a.mpy"])
    assert (status, told["next"]["path"]) == (200, "c")
    assert (await ask_json(node, "GET", UPDATE))[1]["next"] == told["next"]
    status, told = await ask_json(node, "PUT", place("c"), FILES["c"])
    assert (status, told) == (200, {"next": None})
    assert not node.restarts
    status, told = await ask_json(node, "POST", UPDATE + "/finish")

    assert (status, node.restarts) == (200, [True])
    assert made.finished == [FILES]
    assert made.session is None
    await end(node)


async def test_a_cut_upload_goes_on_where_it_broke():
    node, _made = build()
    await ask_json(node, "PUT", UPDATE + "/manifest", MANIFEST)
    whole = request("PUT", place("a.mpy"), FILES["a.mpy"])

    try:
        await talk(node, http, whole[:2000])
        raise AssertionError
    except OSError:  # the client is gone
        pass

    offset = (await ask_json(node, "GET", UPDATE))[1]["next"]["offset"]
    assert 1000 < offset < 2000
    status, problem = await ask_json(node, "PUT", place("a.mpy"), FILES["a.mpy"])
    assert (status, problem["code"]) == (409, "update_order")
    rest = FILES["a.mpy"][offset:]
    status, told = await ask_json(node, "PUT", place("a.mpy", offset), rest)
    assert (status, told["next"]["path"]) == (200, "c")
    await end(node)


async def test_who_comes_again_takes_the_place_of_who_hangs():
    node, made = build()
    await ask_json(node, "PUT", UPDATE + "/manifest", MANIFEST)
    from house import Stream

    from tepal.services.tcp import Connection

    stream = Stream()
    hanging = asyncio.create_task(http.serve(node, Connection(stream, http.BUFFER)))
    stream.send(request("PUT", place("a.mpy"), FILES["a.mpy"])[:1000])
    await asyncio.sleep_ms(20)

    offset = (await ask_json(node, "GET", UPDATE))[1]["next"]["offset"]
    rest = FILES["a.mpy"][offset:]
    status, told = await ask_json(node, "PUT", place("a.mpy", offset), rest)
    assert (status, told["next"]["path"]) == (200, "c")
    stream.send(b"late")
    try:
        await hanging
        raise AssertionError
    except OSError as error:
        assert "overtaken" in str(error)

    assert made.session.contents["a.mpy"] == FILES["a.mpy"]
    await end(node)


async def test_a_second_push_is_refused_until_the_first_ends():
    node, made = build()
    await ask_json(node, "PUT", UPDATE + "/manifest", MANIFEST)

    status, problem = await ask_json(node, "PUT", UPDATE + "/manifest", MANIFEST)
    assert (status, problem["code"]) == (409, "update_busy")
    assert (await ask_json(node, "DELETE", UPDATE))[0] == 200
    assert made.session is None
    assert "next" not in (await ask_json(node, "GET", UPDATE))[1]
    assert (await ask_json(node, "PUT", UPDATE + "/manifest", MANIFEST))[0] == 200
    await end(node)


async def test_a_push_that_nobody_feeds_makes_room():
    node, made = build()
    await ask_json(node, "PUT", UPDATE + "/manifest", MANIFEST)
    assert made.session

    node.push.until_ms = 0
    (task,) = node.tasks.find("update.push")
    await asyncio.sleep_ms(10)
    task.handle.cancel()
    await asyncio.sleep_ms(10)
    from tepal.services import update_idle

    await update_idle.watch(node.push)

    assert made.session is None
    assert node.push is None
    status, problem = await ask_json(node, "PUT", place("a.mpy"), b"x")
    assert (status, problem["code"]) == (409, "update_order")
    await end(node)


async def test_what_is_refused_is_told_with_its_reason_and_leaves_nothing_open():
    node, made = build()
    bad = (
        (b"", 400, "manifest"),
        (MANIFEST[:100], 400, "manifest"),
        (MANIFEST[:-1], 400, "manifest"),
        (MANIFEST.replace(b"a.mpy", b"../a.mpy"), 400, "manifest"),
        (b"tepal-release 1\n" + b"x" * 3000, 400, "manifest"),
    )
    for content, wanted, code in bad:
        status, problem = await ask_json(node, "PUT", UPDATE + "/manifest", content)
        assert (status, problem["code"]) == (wanted, code), content
        assert made.session is None
    for code, wanted in (
        ("release_unsigned", 403),
        ("release_signature", 403),
        ("release_sequence", 409),
        ("release_unfit", 409),
        ("update_rolled_back", 409),
        ("full", 507),
        ("update_flash", 501),
    ):
        made.refusal = code
        status, problem = await ask_json(node, "PUT", UPDATE + "/manifest", MANIFEST)
        assert (status, problem["code"]) == (wanted, code)
        assert made.session is None
    for method, path in (("POST", "/finish"), ("PUT", "/files/00"), ("GET", "/x"), ("PATCH", "")):
        status, problem = await ask_json(node, method, UPDATE + path, b"")
        assert status in (404, 409), (method, path)
    await end(node)


async def test_a_file_with_a_wrong_hash_begins_anew():
    node, _made = build()
    await ask_json(node, "PUT", UPDATE + "/manifest", MANIFEST)

    status, problem = await ask_json(node, "PUT", place("a.mpy"), b"b" * 2500)
    assert (status, problem["code"]) == (400, "release_file")
    status, problem = await ask_json(node, "PUT", place("a.mpy"), b"a" * 2501)
    assert (status, problem["code"]) == (400, "release_file")
    status, problem = await ask_json(node, "POST", UPDATE + "/finish")
    assert (status, problem["code"]) == (409, "update_order")
    status, told = await ask_json(node, "PUT", place("a.mpy"), FILES["a.mpy"])

    assert (status, told["next"]["path"]) == (200, "c")
    await end(node)


async def test_only_admins_push_and_long_bodies_may_be_signed_by_their_hash():
    node, made = build(auth=True)
    key = bytes(range(32))
    secrets.put(node.auth.secrets, "key", key.hex())
    nonce = login.new_nonce(node.auth)
    count = 0

    async def signed(method, path, content, sent=None):
        nonlocal count
        count += 1
        digest = sha256(content)
        message = "%s\n%s\n%s\n%s\n%d" % (method, path, digest, nonce, count)
        mac = passwords.hmac_sha256(key, message.encode()).hex()
        head = {"Authorization": "Tepal %s:%d:%s" % (nonce, count, mac)}
        head["x_content_sha256"] = digest
        return await ask_json(node, method, path, content if sent is None else sent, **head)

    assert (await ask_json(node, "PUT", UPDATE + "/manifest", MANIFEST))[0] == 401
    token = login.open_session(node.auth, CONTROL)
    status, problem = await ask_json(node, "GET", UPDATE, Cookie="tepal=" + token)
    assert (status, problem["code"]) == (403, "denied")
    long = MANIFEST + b"signature: hmac x " + b"00" * 32 + b"\n"
    assert (await signed("PUT", UPDATE + "/manifest", long))[0] == 200
    assert (await signed("PUT", place("a.mpy"), FILES["a.mpy"]))[0] == 200
    status, problem = await signed("PUT", place("c"), FILES["c"], b"z" * len(FILES["c"]))
    assert (status, problem["code"]) == (400, "digest")
    offset = made.session.contents["c"]
    offset = len(offset)
    status, told = await signed("PUT", place("c", offset), FILES["c"][offset:])
    assert (status, told["code"]) == (400, "release_file")
    assert (await signed("PUT", place("c"), FILES["c"]))[1] == {"next": None}
    await end(node)
