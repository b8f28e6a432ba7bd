import json
import os

from house import build_node, end, run, until, write
from http_client import ask, request

from tepal.core import login, passwords, secrets
from tepal.services import http


async def ask_json(node, *args, **more):
    ((status, _, body),) = await ask(node, request(*args, **more))
    return status, json.loads(body)


async def test_rest_answers_as_the_original():
    node = build_node()

    for path, result, state in (
        ("/rest/system/heartbeat", "<3 heartbeat", True),
        ("/rest/task/list", {"active": [], "inactive": []}, True),
        ("/rest/modules", ["system", "task"], True),
        ("/rest/system/nope", "Core error: unknown function: system nope", False),
        ("/rest/nothing/x", "Core error: unknown module: nothing", False),
    ):
        status, answer = await ask_json(node, "GET", path)
        assert status == 200, path
        assert answer == {"result": result, "state": state}, path
    status, about = await ask_json(node, "GET", "/rest")
    assert about["result"]["node"] == "node01"
    assert about["result"]["auth"] is False
    assert about["state"] is True
    await end(node)


async def test_rest_takes_arguments_from_the_path():
    node = build_node()
    write(
        "modules/LM_echo.py",
        "def all(*args, **kwargs): return [list(args), kwargs]\ndef text(x): return x\n",
    )

    for path, args, kwargs in (
        ("1/-2/x=3", [1, -2], {"x": 3}),
        ("10-20-30", [10, 20, 30], {}),
        ("%22a/b-c%20d%22/e", ["a/b-c d", "e"], {}),
        ("True/None/2026-11-x", [True, None, "2026-11-x"], {}),
        ("%C3%A4", ["ä"], {}),
    ):
        _, answer = await ask_json(node, "GET", "/rest/echo/all/" + path)
        assert answer["result"] == [args, kwargs], path
    _, answer = await ask_json(node, "GET", "/rest/echo/text/%225%22")
    assert answer["result"] == 5  # a text that is JSON is what it says, as in the original
    _, answer = await ask_json(node, "GET", "/rest/echo/text/1/&&1000")
    assert answer["result"] == {"echo.text": "Starting"}
    await run(node, "task kill echo.*")
    _, answer = await ask_json(node, "GET", "/rest/echo/all/%zz")
    assert answer["state"] is False
    await end(node)


async def test_what_only_begins_like_rest_is_not_rest():
    node = build_node()

    assert (await ask_json(node, "GET", "/restaurant"))[0] == 404
    assert (await ask_json(node, "POST", "/rest/system/heartbeat", body={}))[0] == 405
    await end(node)


async def test_a_connection_is_kept_and_requests_may_be_pipelined():
    node = build_node()
    one = request("GET", "/rest/system/heartbeat")

    assert len(await ask(node, one, one + one, one[:30], one[30:])) == 4
    answers = await ask(node, request("GET", "/rest", Connection="close"), one)
    assert len(answers) == 1
    assert answers[0][1]["connection"] == "close"
    await end(node)


async def test_a_bad_request_is_answered_and_closed():
    node = build_node()
    for sent, status in (
        (b"\r\n\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"GET / HTTP/2\r\n\r\n", 505),
        (b"GET x HTTP/1.1\r\n\r\n", 400),
        (b"\xff\xfe / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: \0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"GET / HTTP/1.1\r\n" + b"x" * 5000, 431),
    ):
        ((got, headers, body),) = await ask(node, sent, request())
        assert got == status, sent
        assert headers["content-type"] == "application/problem+json"
        problem = json.loads(body)
        assert problem["status"] == status
        assert problem["detail"]
    await end(node)


async def test_a_command_is_posted():
    node = build_node()

    for body, result in (
        ({"cmd": "system heartbeat"}, "<3 heartbeat"),
        ({"target": "system", "function": "heartbeat"}, "<3 heartbeat"),
        ({"target": "system", "function": "pinmap", "args": ["neop"]}, {"neop": 15}),
        ({"target": "system", "function": "pinmap", "kwargs": {"keys": "neop"}}, {"neop": 15}),
        ({"target": "version"}, "0.1.0"),
    ):
        status, answer = await ask_json(node, "POST", "/api/v1/commands", body=body)
        assert (status, answer["result"]) == (200, result), body
    status, answer = await ask_json(node, "POST", "/api/v1/modules/system/pinmap", body=["neop"])
    assert answer == {"result": {"neop": 15}, "text": " neop: 15"}
    await end(node)


async def test_errors_have_their_status():
    node = build_node()
    for method, path, body, status, code in (
        ("POST", "/api/v1/commands", {"cmd": "nothing x"}, 404, "unknown_module"),
        ("POST", "/api/v1/commands", {"cmd": "system x"}, 404, "unknown_function"),
        ("POST", "/api/v1/commands", {"cmd": '"'}, 400, "syntax"),
        ("POST", "/api/v1/commands", {"cmd": "rgb color 5000"}, 400, "arguments"),
        ("POST", "/api/v1/commands", {"cmd": "robustness raise_error"}, 500, "failed"),
        ("POST", "/api/v1/commands", [], 400, "bad_request"),
        ("POST", "/api/v1/commands", {"args": 5}, 400, "bad_request"),
        ("POST", "/api/v1/commands", b"{", 400, "bad_request"),
        ("POST", "/api/v1/commands", b"x" * 5000, 413, "body_too_large"),
        ("GET", "/api/v1/commands", None, 405, "method"),
        ("GET", "/api/v1/nothing", None, 404, "not_found"),
        ("GET", "/api/v2/node", None, 404, "not_found"),
        ("GET", "/api/v1/config/nothing", None, 404, "unknown_key"),
        ("PUT", "/api/v1/config/webport", {"value": "x"}, 400, "config_value"),
        ("PUT", "/api/v1/config/webport", {}, 400, "bad_request"),
        ("DELETE", "/api/v1/tasks/nothing", None, 404, "not_found"),
    ):
        got, problem = await ask_json(node, method, path, body=body)
        assert (got, problem["code"]) == (status, code), (method, path, body)
    await end(node)


async def test_the_node_describes_itself():
    node = build_node()
    await run(node, "rgb status")

    _, about = await ask_json(node, "GET", "/api/v1/node")
    _, modules = await ask_json(node, "GET", "/api/v1/modules")
    _, rgb = await ask_json(node, "GET", "/api/v1/modules/rgb")
    _, log = await ask_json(node, "GET", "/api/v1/log")
    _, tasks = await ask_json(node, "GET", "/api/v1/tasks")

    assert about["name"] == "node01"
    assert about["heap"]["used"] > 0
    assert {"name": "switch", "loaded": False} in modules
    assert rgb in modules
    (color,) = [command for command in rgb["commands"] if command["name"] == "color"]
    assert color["widget"] == {"type": "color"}
    assert color["role"] == "control"
    assert isinstance(log, list)
    assert isinstance(tasks, list)
    await end(node)


async def test_the_configuration_is_read_and_changed():
    node = build_node()

    _, config = await ask_json(node, "GET", "/api/v1/config")
    assert config["webport"] == {
        "value": 80, "default": 80, "type": "int", "limit": [1, 65535], "reboot": True
    }  # fmt: skip
    assert config["appwd"]["value"] == "***"
    status, answer = await ask_json(node, "PUT", "/api/v1/config/webport", body={"value": 81})
    assert (status, answer) == (200, {"saved": ["webport"], "reboot": True})
    status, answer = await ask_json(node, "PATCH", "/api/v1/config", body={"crontasks": "n/a"})
    assert answer["reboot"] is False
    assert node.config.get("webport") == 81
    await end(node)


async def test_metrics_are_in_the_format_of_prometheus():
    node = build_node()

    ((status, headers, body),) = await ask(node, request("GET", "/metrics"))

    assert status == 200
    assert headers["content-type"].startswith("text/plain; version=0.0.4")
    names = [line.split("{")[0].split(" ")[0] for line in body.decode().strip().split("\n")]
    assert "tepal_uptime_seconds" in names
    assert "tepal_heap_used_bytes" in names
    await end(node)


async def test_static_files_are_found_by_name_alone():
    node = build_node()
    os.mkdir("web")
    node.web_folder = "web"
    write("web/index.html", "<p>hi")
    write("web/app.js.gz", "12345678")
    write("web/.hidden", "secret")

    ((status, headers, body),) = await ask(node, request("GET", "/?x=1"))
    assert (status, body) == (200, b"<p>hi")
    assert headers["content-type"] == "text/html"
    ((status, headers, body),) = await ask(node, request("GET", "/app.js"))
    assert headers["content-encoding"] == "gzip"
    etag = headers["etag"]
    ((status, _, body),) = await ask(node, request("GET", "/app.js", If_None_Match=etag))
    assert (status, body) == (304, b"")
    for path in (
        "/../secrets",
        "/..%2fsecrets",
        "/%2e%2e/secrets",
        "/web/../../secrets",
        "/..\\secrets",
        "//etc/passwd",
        "/.hidden",
        "/config/node_config.json",
        "/nothing",
        "/index.html/",
        "/%00",
    ):
        assert (await ask_json(node, "GET", path))[0] == 404, path
    await end(node)


async def test_nobody_comes_in_without_a_proof():
    node = build_node(auth=True)
    password = await login.provision(node.auth)

    for path in ("/rest/system/heartbeat", "/api/v1/node", "/metrics", "/api/v1/config"):
        ((status, headers, _),) = await ask(node, request("GET", path))
        assert status == 401, path
        assert headers["www-authenticate"].startswith("Basic")
    status, answer = await ask_json(node, "GET", "/api/v1/login")
    assert answer == {"name": "node01", "auth": True, "role": "nobody"}
    status, answer = await ask_json(
        node, "POST", "/api/v1/login", body={"password": password + "x"}
    )
    assert (status, answer["code"]) == (401, "wrong_password")
    await end(node)


def basic(password):
    import binascii

    return "Basic " + binascii.b2a_base64(("me:" + password).encode()).decode().strip()


async def test_a_password_comes_with_each_request():
    node = build_node(auth=True)
    password = await login.provision(node.auth)

    for _ in range(2):
        status, answer = await ask_json(
            node, "GET", "/rest/system/heartbeat", Authorization=basic(password)
        )
        assert (status, answer["result"]) == (200, "<3 heartbeat")
    for _ in range(3):
        status, answer = await ask_json(node, "GET", "/rest", Authorization=basic("wrong"))
        assert status == 401
    ((status, headers, _),) = await ask(node, request("GET", "/rest", Authorization=basic("no")))
    assert status == 429
    assert int(headers["retry-after"]) >= 1
    assert (await ask_json(node, "GET", "/rest", Authorization=basic(password)))[0] == 200
    await end(node)


async def test_a_browser_gets_a_cookie():
    node = build_node(auth=True)
    password = await login.provision(node.auth)

    ((status, headers, _),) = await ask(
        node, request("POST", "/api/v1/login", body={"password": password})
    )
    assert status == 200
    cookie = headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    pair = cookie.split(";")[0]
    status, answer = await ask_json(node, "GET", "/api/v1/login", Cookie="a=b; " + pair)
    assert answer["role"] == "admin"
    assert (await ask_json(node, "POST", "/api/v1/logout", body={}, Cookie=pair))[0] == 200
    assert (await ask_json(node, "GET", "/api/v1/node", Cookie=pair))[0] == 401
    await end(node)


async def test_a_program_signs_its_requests():
    import hashlib

    node = build_node(auth=True)
    await login.provision(node.auth)
    key = bytes.fromhex(secrets.get(node.auth.secrets, "key"))
    _, answer = await ask_json(node, "GET", "/api/v1/nonce")
    nonce = answer["nonce"]

    def sign(count, method, target, body):
        digest = hashlib.sha256(body).digest().hex()
        message = "%s\n%s\n%s\n%s\n%d" % (method, target, digest, nonce, count)
        mac = passwords.hmac_sha256(key, message.encode()).hex()
        return "Tepal %s:%d:%s" % (nonce, count, mac)

    body = b'{"cmd": "version"}'
    header = sign(1, "POST", "/api/v1/commands", body)
    for sent, status in ((body, 200), (body, 401), (b'{"cmd": "reboot"}', 401)):
        got, answer = await ask_json(
            node, "POST", "/api/v1/commands", body=sent, Authorization=header
        )
        assert got == status, answer
    header = sign(2, "GET", "/rest/system/heartbeat", b"")
    assert (await ask_json(node, "GET", "/rest/system/heartbeat", Authorization=header))[0] == 200
    assert (await ask_json(node, "GET", "/api/v1/node", Authorization="Tepal x"))[0] == 400
    await end(node)


async def test_another_site_cannot_use_a_browser_as_its_hand():
    node = build_node()
    browser = "Mozilla/5.0"
    for headers, status in (
        ({"User_Agent": browser, "Origin": "http://node01"}, 200),
        ({"User_Agent": browser, "Referer": "http://node01/page"}, 200),
        ({"User_Agent": browser, "Sec_Fetch_Site": "same-origin"}, 200),
        ({"User_Agent": browser, "Sec_Fetch_Site": "none"}, 200),
        ({"User_Agent": browser, "Origin": "http://evil.example"}, 403),
        ({"User_Agent": browser, "Origin": "null"}, 403),
        ({"User_Agent": browser, "Referer": "http://evil.example/node01"}, 403),
        ({"User_Agent": browser, "Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
    ):
        got, _ = await ask_json(node, "GET", "/rest/rgb/status", **headers)
        assert got == status, headers
        got, _ = await ask_json(
            node, "POST", "/api/v1/commands", body={"cmd": "rgb status"}, **headers
        )
        assert got == status, headers
    await end(node)


async def test_a_browser_that_hides_where_it_comes_from_may_only_look():
    node = build_node()

    _, look = await ask_json(node, "GET", "/rest/rgb/status", User_Agent="Mozilla/5.0")
    _, act = await ask_json(node, "GET", "/rest/rgb/toggle", User_Agent="Mozilla/5.0")

    assert look["state"] is True
    assert act["state"] is False
    assert "denied" in act["result"]
    await end(node)


async def test_events_are_streamed():
    import asyncio

    from house import Stream

    from tepal.services.tcp import Connection

    node = build_node()
    stream = Stream()
    task = asyncio.create_task(http.serve(node, Connection(stream, http.BUFFER)))
    stream.send(request("GET", "/api/v1/events"))
    await asyncio.sleep_ms(20)
    await run(node, "switch toggle")
    await until(lambda: b'"switch' in stream.sent)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass

    text = stream.sent.decode()
    assert "text/event-stream" in text
    assert 'event: state\ndata: {"' in text
    assert '"SW1": 1' in text
    assert node.log.listeners == []
    await end(node)
