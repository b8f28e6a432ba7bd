"""The loader: finds the release on flash and starts it."""

import sys

_SLOT = "/sys/a"

sys.path[:0] = ["/modules", _SLOT, _SLOT + "/modules"]

from tepal import node  # noqa: E402 - only now it can be found

node.run()
