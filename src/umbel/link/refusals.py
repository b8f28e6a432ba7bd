"""What helps when a node refuses: a step for each of its codes that has one."""

from __future__ import annotations

_REMEDIES = {
    "denied": "log in with a password that reaches further: UMBEL_PASSWORD=… in the environment",
    "wrong_password": "UMBEL_PASSWORD=… in the environment, or type it again",
    "signature": "the node has another key than we know: UMBEL_PASSWORD=… in the environment",
    "stale": "try again: the node has restarted",
    "wait": "wait; the node lets nobody try passwords quickly",
    "unknown_module": "umbel shell {node} help lm",
    "unknown_function": "umbel shell {node} help lm",
    "unknown_key": "umbel config {node} dump",
    "queue_full": "umbel shell {node} task list",
    "load_failed": "umbel shell {node} system alarms",
    "failed": "umbel shell {node} system alarms",
}


def remedy(code: str, node: str) -> str | None:
    """The step that helps when ``node`` answers ``code``; None where we know of none."""
    known = _REMEDIES.get(code)
    return known.format(node=node) if known else None
