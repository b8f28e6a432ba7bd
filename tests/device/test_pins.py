from house import build_node, end, leave, refused, run, write

from tepal.core.pins import Pins


def test_names_come_from_the_map_and_can_be_overridden():
    node = build_node(config='{"cstmpmap": "neop: 4; mine:33"}')

    assert node.pins.number("redgb") == 14
    assert node.pins.number("neop") == 4
    assert node.pins.number("mine") == 33
    assert "nope is not in the map esp32" in refused(node.pins.number, "nope")
    leave()


def test_a_map_of_the_user_is_found_first():
    node = build_node(config='{"cstmpmap": "mine; b:7"}')
    write("modules/IO_mine.py", '"""My board."""\nled = 5  # green\nname = "LED"\n')

    assert node.pins.number("led") == 5
    assert node.pins.number("name") == "LED"
    assert node.pins.number("b") == 7
    leave()


def test_a_map_that_does_not_exist_is_refused():
    for name in ("nothing", "../secrets", "a b"):
        assert "unknown pin map" in refused(Pins("esp32", name, (".",)).number, "led")


def test_a_pin_has_one_holder():
    pins = Pins("esp32", "a:1; b:1", (".",))

    assert pins.take("a", "lamp") == 1
    assert pins.take("a", "lamp") == 1
    text = refused(pins.take, "b", "door")
    assert "b is GPIO 1, held by lamp as a" in text
    pins.release("lamp")
    assert pins.take("b", "door") == 1
    assert pins.booked() == {"b": 1}


async def test_every_map_has_the_names_that_modules_use():
    node = build_node()
    for name in ("esp32", "rp2"):
        node.pins.map = name
        for module in ("rgb", "dimmer", "neopixel", "switch", "dht22"):
            for number in (await run(node, module + " pinmap")).values():
                assert isinstance(number, int), (name, module)
    await end(node)
