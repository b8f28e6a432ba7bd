"""The gateway: REST, events, metrics and a page for a whole fleet."""

from umbel.api.app import create_app
from umbel.api.guard import Guard, own_names
from umbel.api.server import HOST, PORT, new_token, serve

__all__ = ["HOST", "PORT", "Guard", "create_app", "new_token", "own_names", "serve"]
