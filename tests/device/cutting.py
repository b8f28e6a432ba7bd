"""Scenarios on a flash that loses power, or is full: cut at every point, judged and counted.

``world`` has the ``blocks`` of the flash; what prepares it and what is done then are functions of it.
"""

import os
import sys

import flash_device
from flash_device import Flash


class Ends:
    """How often it ended as it was before, as it is afterwards, and in any other way."""

    def __init__(self):
        self.before = self.after = self.bad = 0

    def add(self, what, judge, *args):
        """Count what ``judge(*args)`` finds: 0 before, 1 afterwards; ``what`` is told if it raises."""
        try:
            if judge(*args):
                self.after += 1
            else:
                self.before += 1
        except Exception as error:
            self.bad += 1
            print(what)
            sys.print_exception(error)

    def show(self, name, cut):
        """Print a row of the table, see ``tests/powercut.py``."""
        figures = (self.before + self.after + self.bad, self.before, self.after, self.bad)
        print("|".join([name, cut] + [str(figure) for figure in figures]))


def prepared(world, prepare):
    """Return the flash that ``prepare`` leaves."""
    data = flash_device.new(world.blocks)
    flash_device.mount(Flash(data))
    prepare(world)
    flash_device.unmount()
    return data


def run(world, data, action, left=None, is_torn=False):
    """Do ``action`` until the power fails; return the flash device."""
    flash = Flash(data) if left is None else Flash(data, left, is_torn)
    before = flash.left
    flash_device.mount(flash)
    try:
        action(world)
    except Exception:
        if flash.left >= 0:
            raise
    flash.steps = before - flash.left
    flash_device.unmount()
    return flash


def play(world, name, before, action, judge, every):
    """Cut ``action`` at every n-th point, on a flash as ``before``; tell whether all ended well.

    ``judge(world, data)`` looks at what the cut has left, see ``Ends.add``.
    """
    steps = run(world, bytearray(before), action).steps
    is_good = True
    for is_torn in (False, True):
        ends = Ends()
        cut = "torn" if is_torn else "clean"
        for left in range(every // 2 if every > 1 else 0, steps, every):
            data = bytearray(before)
            flash = run(world, data, action, left, is_torn)
            assert flash.is_dead, "the scenario is shorter than it was"
            ends.add("cut %d %s %s" % (left, cut, name), judge, world, data)
        ends.show(name, cut)
        is_good = is_good and not ends.bad
    return is_good


def play_full(name, most, bring):
    """Call ``bring(free)`` with more and more free blocks, until it succeeds; tell whether all ended well."""
    ends = Ends()
    free = 0
    while not ends.after and free < most:  # with enough blocks there is no trouble any more
        ends.add("%d blocks free" % free, bring, free)
        free += 1
    ends.show(name, "")
    return not ends.bad


def fill(free):
    """Fill the flash up to so many blocks; what it says to be free is less than there is."""
    os.mkdir("data/filler")
    count = 0
    try:
        while True:
            with open("data/filler/%d" % count, "wb") as file:
                file.write(bytes(flash_device.BLOCK))
            count += 1
    except OSError:
        os.remove("data/filler/%d" % count)
    for number in range(free):
        os.remove("data/filler/%d" % number)


def empty():
    """Undo ``fill``."""
    for name in os.listdir("data/filler"):
        os.remove("data/filler/" + name)
