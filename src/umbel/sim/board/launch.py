"""Runs a node on this computer: ``launch.py FLASH CODE``, the folder it lives in and its code."""

import os
import sys

import control

flash, code = sys.argv[1:3]
os.chdir(flash)
sys.path[:0] = ["modules", code, code + "/modules"]

from tepal import node  # noqa: E402 - only now it can be found

node.run(control.serve())
