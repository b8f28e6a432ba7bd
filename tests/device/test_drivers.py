import asyncio

from drivers import dht22
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
