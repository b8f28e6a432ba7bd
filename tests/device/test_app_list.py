"""The apps of a node over HTTP: what they are called, how they look, and what is odd about them."""

import json

from house import build_node, end, fails
from http_client import ask, request
from shelved import picture, shelve

ICON = "/api/v1/apps/garden/icon/"


async def asked(node, path="/api/v1/apps", method="GET"):
    ((status, _, answer),) = await ask(node, request(method, path))
    return status, json.loads(answer)


async def listed(node):
    status, answer = await asked(node)
    assert status == 200
    return answer["apps"]


async def test_a_node_without_apps_has_an_empty_list():
    node = build_node()

    assert await asked(node) == (200, {"language": "en_US", "apps": []})
    await end(node)


async def test_the_list_says_what_each_app_is_and_how_it_is():
    node = build_node()
    shelve("garden", {"main.mpy": b"", "media/iconlauncher-64px.png": picture(64)},
           permissions=["pins"])  # fmt: skip
    shelve("lib")

    garden, lib = await listed(node)

    assert garden["uid"] == "garden"
    assert garden["version"] == "1.0.0"
    assert garden["title"] == "Garden light"
    assert garden["description"] == "Light at night"
    assert garden["state"] == "stopped"
    assert garden["permissions"] == ["pins"]
    assert garden["icon"] == ICON + "64"
    assert garden["launchable"] is True
    assert (lib["uid"], lib["icon"], lib["launchable"]) == ("lib", "", False)
    assert await asked(node, "/api/v1/apps/garden") == (200, garden)
    await end(node)


async def test_titles_are_in_the_language_of_the_node_else_in_english_else_as_the_app_says():
    node = build_node()
    german = json.dumps({"title": "Gartenlicht"}).encode()
    english = json.dumps({"title": "Garden lamp", "description": "It shines"}).encode()
    shelve("garden", {"translate/de.json": german, "translate/en_US.json": english})
    shelve("plain")
    shelve("wrong", {"translate/de.json": b"{not json", "translate/en_US.json": b'["title"]'})
    shelve("types", {"translate/de.json": b'{"title": 5, "description": ""}'})

    await node.config.set("language", "de_AT")
    texts = {app["uid"]: (app["title"], app["description"]) for app in await listed(node)}

    assert texts["garden"] == ("Gartenlicht", "It shines")
    assert texts["plain"] == texts["wrong"] == texts["types"] == ("Garden light", "Light at night")
    assert (await asked(node))[1]["language"] == "de_AT"
    await node.config.set("language", "fr")
    texts = {app["uid"]: app["title"] for app in await listed(node)}
    assert texts["garden"] == "Garden lamp"
    await end(node)


async def test_a_language_is_a_locale():
    node = build_node()

    for wrong in ("german", "de-AT", "../de", "DE", ""):
        assert "locale" in await fails(node.config.set("language", wrong), "config_value")
    for right in ("de", "pt_BR", "zh_Hant_TW", "en_US"):
        await node.config.set("language", right)
    await end(node)


async def test_a_damaged_app_says_so_and_hides_no_other():
    node = build_node()
    for uid in ("cut", "empty", "garden", "number"):
        shelve(uid)
    shelve("list", version=None)
    with open("apps/cut/pack", "rb") as file:
        data = file.read()
    with open("apps/cut/pack", "wb") as file:
        file.write(b"\xff" * 40 + data[40:])
    open("apps/empty/pack", "w").close()
    shelve("number", {"config.json": b"5"})

    apps = {app["uid"]: app for app in await listed(node)}

    assert sorted(apps) == ["cut", "empty", "garden", "list", "number"]
    assert "fault" not in apps["garden"]
    for uid in ("cut", "empty", "number"):
        assert apps[uid]["fault"] == "damaged: install it again", uid
        assert apps[uid]["title"] == uid
    await end(node)


async def test_what_an_app_is_called_is_text_whatever_it_looks_like():
    node = build_node()
    shelve("garden", title="<script>alert(1)</script>")
    shelve("long", {"translate/en_US.json": json.dumps({"title": "x" * 5000}).encode()})

    ((_, headers, body),) = await ask(node, request("GET", "/api/v1/apps"))

    assert headers["content-type"] == "application/json"
    assert headers["x-content-type-options"] == "nosniff"
    garden, long = json.loads(body)["apps"]
    assert garden["title"] == "<script>alert(1)</script>"
    assert long["title"] == "x" * 60
    await end(node)


async def test_an_icon_is_the_one_that_suits_best():
    node = build_node()
    shelve("garden", {
        "media/iconlauncher-32px.png": picture(32),
        "media/iconlauncher-128px.png": picture(128, b"x" * 1200),
        "media/iconlauncher-64px_bw.png": picture(64),
        "media/sound.wav": b"",
    })  # fmt: skip

    answers = await ask(node, *[request("GET", ICON + what)
                                for what in ("16", "64", "512", "64?bw=1", "64?bw=0")])  # fmt: skip

    assert [status for status, _, _ in answers] == [200] * 5
    bodies = [body for _, _, body in answers]
    large = picture(128, b"x" * 1200)
    assert bodies == [picture(32), large, large, picture(64), large]
    headers = answers[0][1]
    assert headers["content-type"] == "image/png"
    assert headers["cache-control"] == "private, max-age=86400"
    await end(node)


async def test_what_is_no_icon_is_refused_in_a_sentence():
    node = build_node()
    shelve("garden", {"media/iconlauncher-64px.png": picture(64)})
    shelve("plain", {"media/iconlauncher-64px.png": b"GIF89a"})
    shelve("none")
    shelve("huge", {"media/iconlauncher-64px.png": picture(64, b"x" * 200)})
    open("apps/huge/pack", "w").close()

    for path, status, code in (
        ("garden/icon/0", 400, "bad_request"),
        ("garden/icon/513", 400, "bad_request"),
        ("garden/icon/64px", 400, "bad_request"),
        ("garden/icon/-64", 400, "bad_request"),
        ("garden/icon/", 400, "bad_request"),
        ("garden/icon/" + "9" * 400, 400, "bad_request"),
        ("nobody/icon/64", 404, "app_missing"),
        ("nobody", 404, "app_missing"),
        ("..%2fdata/icon/64", 400, "app"),
        ("../icon/64", 400, "app"),
        ("none/icon/64", 404, "not_found"),
        ("garden/other", 404, "not_found"),
        ("plain/icon/64", 500, "flash"),
        ("huge/icon/64", 500, "flash"),
    ):
        found, answer = await asked(node, "/api/v1/apps/" + path)
        assert (found, answer["code"]) == (status, code), path
    assert (await asked(node, ICON + "64", "DELETE"))[0] == 404
    await end(node)


async def test_who_may_not_look_sees_no_app():
    node = build_node(auth=True)
    shelve("garden", {"media/iconlauncher-64px.png": picture(64)})

    assert (await asked(node))[0] == 401
    assert (await asked(node, ICON + "64"))[0] == 401
    await end(node)
