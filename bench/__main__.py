"""Measure, compare, print one table; the exit code is 1 when something is above its budget."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from bench import measurements
from bench.budget import Judged, judge
from umbel.errors import UmbelError

_CONSOLE = Console(stderr=True)
_VERDICTS = {True: "ok", False: "[red]missed[/]", None: ""}


def main() -> int:
    options = _options()
    judged: list[Judged] = []
    missing: list[str] = []
    for name in options.only or measurements.names():
        with _CONSOLE.status(f"{name}: {measurements.summary(name)}"):
            try:
                judged += judge(name, measurements.run(name))
            except UmbelError as error:
                missing.append(
                    f"{name}: {error}" + (f"; try: {error.remedy}" if error.remedy else "")
                )
    if options.json:
        json.dump([one.as_json() for one in judged], sys.stdout, indent=2)
        print()
    else:
        _print(judged)
    for reason in missing:
        print(f"not measured: {reason}", file=sys.stderr)
    return 1 if missing or any(one.ok is False for one in judged) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--only",
        action="append",
        choices=measurements.names(),
        metavar="NAME",
        help=f"measure this alone; may be repeated: {', '.join(measurements.names())}",
    )
    return parser.parse_args()


def _print(judged: Iterable[Judged]) -> None:
    table = Table("what", "measured", "budget", "", highlight=False)
    for column in (1, 2):
        table.columns[column].justify = "right"
    section = ""
    for one in judged:
        if section and one.section != section:
            table.add_section()
        section = one.section
        table.add_row(one.figure.what, one.measured, one.wanted, _VERDICTS[one.ok])
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
