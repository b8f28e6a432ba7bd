from house import build_node, end, fails, leave, refused, run, write

from tepal.core.pins import Pins

_MAPS = (
    "esp32", "esp32c3", "esp32c6", "esp32s2", "esp32s3", "m5stamp", "qtpy", "rp2", "tinypico"
)  # fmt: skip


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
    for name in _MAPS:
        node.pins.map = name
        numbers = [node.pins.number("irq" + number) for number in "1234"]
        assert len(set(numbers)) == 4, (name, numbers)
        node.pins.number("i2c_sda")
        for module in ("rgb", "dimmer", "neopixel", "switch", "dht22"):
            for number in (await run(node, module + " pinmap")).values():
                assert isinstance(number, int), (name, module)
    await end(node)


async def test_names_of_pins_are_checked_when_they_are_saved():
    node = build_node()
    for text in ("a:b", "a:1;b", "my map; a:1", "a:-1", "map:1:2", "x;y"):
        detail = await fails(node.config.set("cstmpmap", text), "config_value")
        assert "name:number" in detail, text
    for text in ("mine", "mine; a:1; b: 22", "a:1;", "n/a"):
        await node.config.set("cstmpmap", text)
    leave()
