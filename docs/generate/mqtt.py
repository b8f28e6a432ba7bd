"""The topics of a node at a broker, from the docstrings of the files that use them."""

from __future__ import annotations

from docs.generate._docstrings import SERVICES, columns, docstrings
from docs.generate._table import table

_PARTS = (("Commands and states", "mqtt_door.py"), ("Updates", "channel.py"))


def page() -> str:
    return (
        "# Topics of MQTT\n\n`<name>` is the name of the node, `<id>` its id. *Retained* is what the "
        "broker keeps.\n" + "".join(_section(title, name) for title, name in _PARTS)
    )


def _section(title: str, name: str) -> str:
    rows = [
        (", ".join(f"`{topic}`" for topic in topics.split(", ")), meaning.replace("``", "`"))
        for topics, meaning in columns(next(docstrings(SERVICES / name)), 2)
    ]
    return f"\n## {title}\n\n" + table(("topic", "what it is"), rows)
