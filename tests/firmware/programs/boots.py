"""Counts its boots in a file, and restarts in the way that the count asks for."""

import time

import machine


def count():
    try:
        with open("boots.txt") as file:
            boots = int(file.read()) + 1
    except OSError:
        boots = 1
    with open("boots.txt", "w") as file:
        file.write(str(boots))
    return boots


def restart():
    machine.reset()


def hang():
    machine.WDT(timeout=500)
    while True:
        pass


boots = count()
time.sleep_ms(300)  # the USB port is ready by then: what is printed earlier is lost
print("boot", boots, "cause", machine.reset_cause())
if boots == 1:
    restart()
elif boots == 2:
    hang()
