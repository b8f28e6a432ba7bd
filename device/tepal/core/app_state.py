"""How an app is, for all who tell of it: apart from what starts and stops it, which is large."""

# Of the part apps, which a release can leave out.

RARE = True


def status(node, uid: str) -> dict:
    """Return how an app is; ``since_ms`` is an uptime, ``heap`` what its start took."""
    told = {"state": "stopped", "since_ms": 0, "restarts": 0, "cpu_ms": 0, "heap": 0, "out": ""}
    job = (node.__dict__.get("apps") or {}).get(uid)
    if job:  # of one that nobody has started nobody knows more
        told["state"], told["since_ms"] = job.state, job.since
        told["restarts"], told["cpu_ms"] = job.restarts, job.cpu_ms
        told["heap"] = job.heap if job.parts else 0
        told["out"] = job.out
    return told
