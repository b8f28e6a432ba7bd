"""The rules of the app format, from the file that the check reads."""

from __future__ import annotations

from docs.generate._table import table

from umbel.apps.finding import rules


def page() -> str:
    rows = [
        (
            f"`{one.number}`",
            "error" if one.is_error else "warning",
            _cell(one.demand),
            _cell(one.remedy),
        )
        for one in rules().values()
    ]
    return (
        "# Rules of the app format\n\n"
        "`umbel app check DIR` looks for all of them; with an error no archive is made, and no node\n"
        "takes one. `U2` and `U7` are looked for by `umbel app index`.\n\n"
        + table(("rule", "level", "it demands", "what helps"), rows)
    )


def _cell(text: str) -> str:
    return text.replace("<", "&lt;")
