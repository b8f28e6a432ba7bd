"""Files over the shell and over HTTP: who reaches what, and that nothing is left half written."""

import json
import os

from house import build_node, end, fails, run, talk, write
from http_client import ask, request, split
from test_http import ask_json

from tepal.core import login, passwords, secrets
from tepal.core.commands import CONTROL, VIEW, Caller
from tepal.services import http

USER = Caller("test", CONTROL, "test")
GUEST = Caller("test", VIEW, "test")
FILES = "/api/v1/files"


async def test_a_file_is_written_read_listed_and_deleted():
    node = build_node()

    assert await run(node, "files write data/notes/a.txt 'first line'") == {"written": 10}
    await run(node, "files write data/notes/a.txt ' and more' append=True")

    assert await run(node, "files read data/notes/a.txt") == "first line and more"
    assert await run(node, "files read data/notes/a.txt 6 4") == "line"
    assert await run(node, "files list data") == [{"name": "notes", "folder": True}]
    assert await run(node, "files list data/notes") == [{"name": "a.txt", "size": 19}]
    assert (await run(node, "files usage"))["free"] > 0
    await fails(run(node, "files delete data/notes"), "flash")
    await run(node, "files delete data/notes/a.txt")
    await run(node, "files delete data/notes")
    assert await run(node, "files list data") == []
    await end(node)


async def test_each_folder_has_roles_of_its_own():
    node = build_node()
    write("modules/LM_x.py", "")

    assert [one["name"] for one in await run(node, "files list", USER)] == ["data", "web"]
    assert [one["name"] for one in await run(node, "files list", GUEST)] == ["web"]
    await run(node, "files write data/x 1", USER)
    await fails(run(node, "files read data/x", GUEST), "denied")
    for line in ("read modules/LM_x.py", "write modules/LM_y.py x", "write web/x.html x"):
        await fails(run(node, "files " + line, USER), "denied")
    assert await run(node, "files write web/x.html hello") == {"written": 5}
    assert await run(node, "files read web/x.html", GUEST) == "hello"
    for line in ("write config/node_config.json x", "delete logs/err.sys.log", "delete data"):
        await fails(run(node, "files " + line), "denied")
    assert "{" in await run(node, "files read config/node_config.json")
    await end(node)


async def test_what_is_not_offered_is_out_of_reach():
    node = build_node()
    secrets.put(node.auth.secrets, "key", "00")

    for path in ("secrets", "sys/a/x", "main.py", "boot.st", "apps/x", "home"):
        await fails(run(node, "files read " + path), "not_found")
    for path in ("data/../secrets", "../secrets", "data/.hidden", "/etc/passwd/../x", "data//x"):
        await fails(run(node, "files read '" + path + "'"), "path")
    for path in ("data/a b", "data/\\u00e4", "data/" + "x" * 100, "data/a/b/c/d"):
        await fails(run(node, 'files write "' + path + '" x'), "path")
    await fails(run(node, "files read data/nothing"), "not_found")
    await fails(run(node, "files read data"), "not_found")
    await end(node)


async def test_files_travel_over_http_in_blocks():
    node = build_node()
    content = bytes(range(256)) * 10

    status, answer = await ask_json(node, "PUT", FILES + "/data/big.bin", content)
    assert (status, answer) == (200, {"written": len(content)})
    ((status, headers, body),) = await ask(node, request("GET", FILES + "/data/big.bin"))
    assert (status, body) == (200, content)
    assert headers["content-disposition"] == "attachment"

    status, answer = await ask_json(node, "GET", FILES + "/data")
    assert answer["files"] == [{"name": "big.bin", "size": len(content)}]
    await fails(run(node, "files read data/big.bin 200"), "encoding")
    assert (await ask_json(node, "DELETE", FILES + "/data/big.bin"))[0] == 200
    assert (await ask_json(node, "GET", FILES + "/data/big.bin"))[0] == 404
    names = [one["name"] for one in (await ask_json(node, "GET", FILES))[1]["files"]]
    assert names == ["config", "data", "logs", "modules", "web"]
    assert (await ask_json(node, "POST", FILES + "/data/x", b"1"))[0] == 405
    await end(node)


async def test_a_file_that_does_not_arrive_whole_changes_nothing():
    node = build_node()
    write("data/x", "old")
    whole = request("PUT", FILES + "/data/x", b"n" * 5000)

    try:
        await talk(node, http, whole[:3000])
        raise AssertionError
    except OSError:  # which the door takes for what it is: the client is gone
        pass

    assert await run(node, "files read data/x") == "old"
    assert sorted(os.listdir("data")) == ["x"]
    await end(node)


async def test_a_file_that_does_not_fit_is_refused_before_it_is_sent():
    node = build_node()
    head = b"PUT /api/v1/files/data/x HTTP/1.1\r\nHost: n\r\nContent-Length: %d\r\n\r\n"

    ((status, _, body),) = split(await talk(node, http, head % (1 << 50)))

    assert (status, json.loads(body)["code"]) == (507, "full")
    assert os.listdir("data") == []
    await end(node)


async def test_what_a_power_cut_left_is_removed():
    node = build_node()
    os.mkdir("data/deep")
    write("data/.x.new", "half")
    write("data/deep/.y.new", "half")
    write("data/deep/kept.new", "whole")

    await run(node, "files list data")

    assert sorted(os.listdir("data")) == ["deep"]
    assert os.listdir("data/deep") == ["kept.new"]
    await end(node)


async def test_two_who_write_one_file_do_not_mix():
    node = build_node()
    node.files.writing.append("data/x")

    assert (await ask_json(node, "PUT", FILES + "/data/x", b"1"))[0] == 409
    node.files.writing.clear()
    assert (await ask_json(node, "PUT", FILES + "/data/x", b"1"))[0] == 200
    await end(node)


async def test_a_long_file_may_be_signed_by_its_hash():
    import hashlib

    node = build_node(auth=True)
    key = bytes(range(32))
    secrets.put(node.auth.secrets, "key", key.hex())
    content = b"x" * 6000
    path = FILES + "/modules/LM_z.py"
    nonce = login.new_nonce(node.auth)

    async def put(number: int, sent: bytes):
        digest = hashlib.sha256(content).digest().hex()
        message = "PUT\n%s\n%s\n%s\n%d" % (path, digest, nonce, number)
        mac = passwords.hmac_sha256(key, message.encode()).hex()
        head = {"Authorization": "Tepal %s:%d:%s" % (nonce, number, mac)}
        head["x_content_sha256"] = digest
        return await ask_json(node, "PUT", path, sent, **head)

    assert (await put(1, content))[0] == 200
    status, problem = await put(2, b"y" * 6000)
    assert (status, problem["code"]) == (400, "digest")
    assert (await ask_json(node, "PUT", path, content))[0] == 401

    with open("modules/LM_z.py") as file:
        assert file.read() == content.decode()
    await end(node)


async def test_own_pages_are_served_beside_those_of_the_release():
    node = build_node()
    await run(node, "files write web/mine.html '<p>mine'")

    ((status, headers, body),) = await ask(node, request("GET", "/mine.html"))

    assert (status, body, headers["content-type"]) == (200, b"<p>mine", "text/html")
    await end(node)
