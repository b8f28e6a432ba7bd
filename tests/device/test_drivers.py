import asyncio

from drivers import dht22, hx711, infrared, si7021
from drivers.light import Light
from drivers.pwm import writer


def frame(humidity, temperature):
    data = bytes((humidity >> 8, humidity & 255, temperature >> 8, temperature & 255))
    return data + bytes((sum(data) & 255,))


def test_a_dht22_tells_temperatures_above_and_below_zero():
    # the two examples of the datasheet
    assert dht22.decode(frame(652, 351)) == (35.1, 65.2)
    assert dht22.decode(frame(652, 0x8000 | 101)) == (-10.1, 65.2)


def test_a_dht22_frame_that_was_disturbed_is_refused():
    good = frame(652, 351)
    for bit in range(40):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        try:
            dht22.decode(bytes(bad))
            raise AssertionError(bit)
        except ValueError:
            pass
    for data in (b"", good[:4], frame(1001, 0), frame(0, 2000)):
        try:
            dht22.decode(data)
            raise AssertionError(data)
        except ValueError:
            pass


def refuses(function, *args):
    """Tell whether a call raises ValueError."""
    try:
        function(*args)
    except ValueError:
        return True
    return False


def test_an_si7021_has_the_checksum_of_its_family():
    # three examples of the application note for the HTU21D, which has the same one
    for data, sum in ((b"\xdc", 0x79), (b"\x68\x3a", 0x7C), (b"\x4e\x85", 0x6B)):
        assert si7021.checksum(data) == sum
    assert si7021.decode(b"\x68\x3a\x7c") == 0x683A
    for bit in range(24):
        bad = bytearray(b"\x68\x3a\x7c")
        bad[bit // 8] ^= 1 << bit % 8
        assert refuses(si7021.decode, bytes(bad)), bit
    assert refuses(si7021.decode, b"")


def test_codes_of_an_si7021_are_degrees_and_percent():
    assert (si7021.celsius(0), si7021.percent(0)) == (-46.85, 0)
    assert abs(si7021.celsius(0x683A) - 24.69) < 0.1
    assert abs(si7021.percent(0x4E85) - 32.3) < 0.1
    assert si7021.percent(65535) == 100


def test_bits_of_an_hx711_have_a_sign_and_an_end():
    assert [hx711.decode(bits) for bits in (0, 1, 0xFFFFFF, 0x7FFFFE, 0x800001)] == [
        0, 1, -1, 8388606, -8388607,
    ]  # fmt: skip
    assert refuses(hx711.decode, 0x7FFFFF)
    assert refuses(hx711.decode, 0x800000)


def test_a_code_of_a_remote_becomes_durations():
    found = infrared.durations("nec:20DF10EF")
    assert len(found) == 67
    assert found[:2] == [9000, 4500]
    bits = "".join(["1" if pause > 1000 else "0" for pause in found[3:66:2]])
    assert int(bits, 2) == 0x20DF10EF
    assert infrared.durations("samsung:E0E040BF")[:2] == [4500, 4500]
    assert infrared.durations("900,450,60") == [900, 450, 60]
    assert infrared.durations("900,450,60,9999") == [900, 450, 60]  # the pause after it


def test_what_is_no_code_of_a_remote_is_refused():
    for code in ("", "x", "1,,2", "0", "-5", "400000", "nec:", "nec:123", "nec:2_DF10EF", "sony:20DF10EF",
                 ",".join(["1"] * 257), "9" * 4000):  # fmt: skip
        assert refuses(infrared.durations, code), code


class Stopwatch:
    """A time that passes by sleeping, and a little by looking."""

    now = 1000

    def ticks_us(self):
        self.now += 7
        return self.now

    def ticks_add(self, moment, more):
        return moment + more

    def ticks_diff(self, late, early):
        return late - early

    def sleep_us(self, us):
        self.now += us


class Led:
    """A PWM output that remembers when it changed."""

    def __init__(self, clock):
        self.clock, self.seen = clock, []

    def duty_u16(self, duty):
        self.seen.append((self.clock.now, duty > 0))


def test_infrared_light_is_on_and_off_for_as_long_as_a_code_says():
    clock = Stopwatch()
    led = Led(clock)
    parts = infrared.durations("nec:20DF10EF")

    infrared.send(led, parts, clock)

    assert [is_on for _, is_on in led.seen] == [True, False] * 34
    edges = [moment for moment, _ in led.seen]
    for place, part in enumerate(parts):
        assert abs(edges[place + 1] - edges[place] - part) < 20, place
    assert abs(edges[-1] - edges[0] - sum(parts)) < 20  # what looking takes does not add up


def lamp(levels, **more):
    shown = []
    light = Light(lambda new: shown.append(list(new)), levels, 100, **more)
    return light, shown


async def test_a_lamp_remembers_its_levels_while_it_is_off():
    light, shown = lamp([10, 20])

    await light.show([30, None], True, smooth=False)
    await light.toggle(None, smooth=False)
    assert shown[-1] == [0, 0]
    await light.toggle(None, smooth=False)

    assert shown[-1] == [30, 20]


async def test_a_smooth_change_passes_through_the_middle():
    light, shown = lamp([0], on=True)

    await light.show([100], True, smooth=True)

    levels = [level for (level,) in shown]
    assert levels == sorted(levels)
    assert len(levels) > 10
    assert levels[-1] == 100


async def test_a_change_ends_the_fade_before_it():
    light, shown = lamp([0], on=True)
    fade = asyncio.create_task(light.fade([100], True, 2000))
    await asyncio.sleep_ms(60)

    await light.show([5], True, smooth=False)
    await asyncio.sleep_ms(60)

    assert shown[-1] == [5]
    await fade
    assert shown[-1] == [5]
    assert light.levels == [5]


async def test_dimming_keeps_the_colour():
    light, _ = lamp([100, 50], on=True)

    await light.dim(50, wake=True, smooth=False)
    assert light.levels == [50, 25]
    await light.dim(0, wake=True, smooth=False)
    assert not light.on
    await light.dim(80, wake=False, smooth=False)
    assert not light.on
    assert light.percent() == 80


async def test_what_a_lamp_cannot_do_is_refused_and_changes_nothing():
    light, shown = lamp([10], on=True)
    before = len(shown)
    for levels in ([101], [-1], [1.5], ["x"]):
        try:
            await light.fade(levels, True, 0)
            raise AssertionError(levels)
        except ValueError:
            pass
    try:
        await light.dim(101, wake=True, smooth=False)
        raise AssertionError
    except ValueError:
        pass
    assert len(shown) == before
    assert light.levels == [10]


async def test_a_fade_of_no_length_jumps():
    changes = []
    light, shown = lamp([0], on=True, changed=lambda: changes.append(1))

    await light.fade([70], True, 0)

    assert shown[-1] == [70]
    assert changes == [1]


def test_levels_become_duties():
    class Output:
        def duty_u16(self, duty):
            self.duty = duty

    outputs = [Output(), Output()]
    writer(outputs)([0, 1000])

    assert [output.duty for output in outputs] == [0, 65535]
