"""How a node introduces itself to who looks for nodes: who it is and where its doors are, no more."""

import json

RARE = True


def text(node) -> bytes:
    """Return it in JSON."""
    get = node.config.get
    web = get("webport") if get("webui") else None
    about = {"tepal": node.version, "name": node.name, "id": node.id, "auth": node.auth.enabled}
    about.update({"shell": get("socport"), "web": web})
    return json.dumps(about).encode()
