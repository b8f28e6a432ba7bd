"""Replaces a file without end, each time whole: written aside, then renamed."""

import os
import time

time.sleep_ms(300)
print("begin")
number = 0
while True:
    number += 1
    with open("state.new", "w") as file:
        for _ in range(200):
            file.write("%08d\n" % number)
    os.rename("state.new", "state.txt")
    if number == 1:
        print("first")
