"""A node as JSON, and back."""

from __future__ import annotations

from typing import Any, cast

from umbel.model import Access, Address, Node


def to_json(node: Node) -> dict[str, object]:
    """What a file keeps of a node, its secrets too."""
    record: dict[str, object] = {"name": node.name, "id": node.id, "shell": str(node.address)}
    if node.web_port is not None:
        record["web"] = node.web_port
    if node.access.key is not None:
        record["key"] = node.access.key.hex()
    if node.access.password is not None:
        record["password"] = node.access.password
    return record


def from_json(record: object) -> Node:
    """The node behind a record.

    Raises:
        ValueError: it is no record of a node.
    """
    if not isinstance(record, dict):
        raise ValueError("an object expected")  # noqa: TRY004 - the content is wrong, not the call
    told = cast("dict[str, Any]", record)
    web = told.get("web")
    if web is not None and not isinstance(web, int):
        raise ValueError("web: a port expected")
    return Node(
        name=_text(told, "name"),
        id=_text(told, "id"),
        address=Address.parse(_text(told, "shell")),
        web_port=web,
        access=Access(
            key=bytes.fromhex(_text(told, "key")) if "key" in told else None,
            password=_text(told, "password") if "password" in told else None,
        ),
    )


def _text(record: dict[str, Any], member: str) -> str:
    value = record.get(member)
    if not isinstance(value, str):
        raise ValueError(f"{member}: text expected")  # noqa: TRY004
    return value
