"""``umbel log``: what nodes have written, and what they write."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time

from patience import PATIENCE


def test_the_newest_lines_of_several_nodes(house):
    done = house.umbel("log", "node01", "node03", "-n", "100")

    assert done.returncode == 0, done.stderr
    assert "node01  " in done.stdout
    assert "node03  " in done.stdout
    assert "[BOOT] shell on port 9008" in done.stdout


def test_one_node_needs_no_name_in_front(house):
    house.umbel("shell", "node01", "system notify 'the cat is out'")

    done = house.umbel("log", "node01", "-n", "1")

    assert done.stdout.endswith("[INFO] notify: the cat is out\n")
    assert not done.stdout.startswith("node01")


def test_a_node_that_is_away_is_an_error(simulate):
    alone = simulate("--nodes", "1")
    assert alone.umbel("board", "node01", "power", "off").returncode == 0

    done = alone.umbel("log", "node01")

    assert done.returncode == 1
    assert "node01" in done.stderr


def test_new_lines_are_followed_until_ctrl_c(house):
    command = house.command("log", "node02", "--follow", "-n", "0")
    with subprocess.Popen(command, env=house.env, stdout=subprocess.PIPE) as following:
        assert following.stdout is not None
        try:
            seen, number, deadline = "", 0, time.monotonic() + PATIENCE
            while "notify: line" not in seen:
                assert time.monotonic() < deadline
                number += 1
                house.umbel("shell", "node02", f"system notify 'line {number}'")
                if select.select([following.stdout], [], [], 0.3)[0]:
                    seen += os.read(following.stdout.fileno(), 4096).decode()
            following.send_signal(signal.SIGINT)

            assert following.wait(PATIENCE) == 0
        finally:
            following.kill()
