"""Run test files on MicroPython: the unix port, or a board by way of ``mpremote run``.

Tests are plain functions with bare asserts, sync or async; a failed one does not end the others.
Ends with 1 if one failed, or if there was none.
"""

import asyncio
import gc
import sys


def import_file(path):
    folder, _, name = path.rpartition("/")
    sys.path.insert(0, folder)
    try:
        return __import__(name[: -len(".py")])
    finally:
        sys.path.pop(0)


def run_test(test):
    result = test()
    if hasattr(result, "send"):  # a coroutine
        asyncio.run(result)


def run_file(path):
    """How many tests passed and failed."""
    module = import_file(path)
    passed = failed = 0
    for name in sorted(dir(module)):
        if not name.startswith("test_"):
            continue
        try:
            run_test(getattr(module, name))
            passed += 1
        except (Exception, SystemExit) as exc:
            failed += 1
            print("FAIL", path, name)
            sys.print_exception(exc)
        asyncio.new_event_loop()  # what a test left running does not reach the next one
    return passed, failed


def main(paths):
    passed = failed = 0
    for path in paths:
        of_file = run_file(path)
        passed += of_file[0]
        failed += of_file[1]
    print(passed, "passed,", failed, "failed")
    sys.exit(1 if failed or not passed else 0)


gc.threshold(30000)  # or what a compiler leaves behind cuts a small heap into pieces
main(sys.argv[1:])
