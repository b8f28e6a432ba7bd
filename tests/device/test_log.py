import os

from house import empty_folder, leave

from tepal.core import logfile
from tepal.core.clock import Clock
from tepal.core.listener import Listener
from tepal.core.log import Log


def new_log():
    empty_folder()
    os.mkdir("logs")
    return Log("logs", Clock(lambda: 0, {"utc": 0, "tz": "n/a"}.get), console=False)


def test_what_is_bad_is_on_flash_and_the_rest_in_memory():
    log = new_log()

    log.err("door broken")
    log.warn("odd")
    log.info("all well")

    assert len(log.lines) == 3
    alarms = logfile.alarms("logs")
    assert [line.rsplit("] ", 1)[1] for line in alarms] == ["odd", "door broken"]
    leave()


def test_memory_and_flash_are_bounded():
    log = new_log()

    for number in range(305):
        log.err("x" * 500 + str(number))

    assert len(log.lines) == 24
    assert max([len(line) for line in log.lines]) < 250
    assert os.stat("logs/err.sys.log")[6] < 5000
    assert os.stat("logs/err.sys.log.1")[6] < 5000
    leave()


def test_an_exception_is_logged_with_its_place():
    log = new_log()

    try:
        raise ValueError("seven")
    except ValueError as error:
        log.exception("the door", error)  # noqa: PLE1205 - our log, not the logging module

    assert "the door: ValueError: seven" in log.lines[0]
    assert "test_log" in log.lines[0]
    leave()


def test_clearing_deletes_the_files():
    log = new_log()
    log.err("x")

    logfile.clear("logs")

    assert os.listdir("logs") == []
    leave()


def test_a_log_that_cannot_be_written_does_not_stop_the_node():
    log = new_log()
    log.folder = "nowhere"

    log.err("door broken")

    assert len(log.lines) == 1
    leave()


async def test_a_listener_gets_what_it_asked_for():
    log = new_log()
    with Listener(log, ("command",)) as listener:
        log.info("not this")
        log.publish("command", "rgb")

        assert await listener.get() == ("command", "rgb")
    assert log.listeners == []
    leave()


async def test_a_slow_listener_loses_the_oldest():
    log = new_log()
    with Listener(log) as listener:
        for number in range(20):
            log.publish("n", number)

        assert (await listener.get())[1] == 4
        assert listener.lost == 4
    leave()
