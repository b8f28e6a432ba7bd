"""From flash to memory and back: which modules there are, loading, unloading."""

import gc
import os
import sys

from tepal.core import storage, trouble
from tepal.formats.command import is_name
from tepal.formats.errors import TepalError

RARE = True


def installed(modules) -> list[str]:
    """Return the names of all modules on flash."""
    names = []
    for folder in modules.folders:
        for file in _files(folder):
            name = file[3:].rsplit(".", 1)[0]
            if file[:3] == "LM_" and is_name(name) and name not in names:
                names.append(name)
    return sorted(names)


def load(modules, name: str):
    """Return the module ``name`` from flash; None if there is none.

    Raises: TepalError ``load_failed`` with the reason.
    """
    if not is_name(name) or not path(modules, name):
        return None
    modules.loading = name
    try:
        try:
            module = __import__("LM_" + name)
        except ImportError as error:  # it may be written for the original
            forget("LM_" + name)
            from tepal.core import foreign

            module = foreign.load(modules, name, error)
    except Exception as error:  # a module is anybody's code
        forget("LM_" + name)
        trouble.clear("LM_" + name, modules.folders)
        modules.node.log.exception("load " + name, error)
        raise TepalError("load_failed", name + ": " + trouble.line(error))
    finally:
        modules.loading = ""
    if module.__dict__.get("node") is None:
        module.node = modules.node  # pyright: ignore[reportAttributeAccessIssue]
    modules.loaded[name] = module
    return module


def unload(modules, name: str) -> None:
    """Forget a module; its own ``_unload()`` is called first, its pins are released.

    Raises: TepalError ``not_loaded``.
    """
    module = modules.loaded.pop(name, None)
    if module is None:
        raise TepalError("not_loaded", name)
    try:
        if hasattr(module, "_unload"):
            module._unload()  # noqa: SLF001 - private to people, not to the loader
    finally:
        if "pins" in modules.node.__dict__:
            modules.node.pins.release(name)
        if "pages" in modules.node.__dict__:
            modules.node.pages.remove(module)
        forget("LM_" + name)
        gc.collect()


def commands(modules, name: str) -> list[str]:
    """Return the names of a module's commands, as far as they show without loading it."""
    module = modules.loaded.get(name)
    if module is not None:
        names = [function for function in module.__dict__ if modules.command(module, function)]
    else:
        names = _declared(path(modules, name))
    return sorted(names if "help" in names else ["help"] + names)


def help(module):
    """Return the command ``help`` of a module that only has HELP lines."""
    from tepal.formats import usage

    return lambda widgets=False: usage.lines(getattr(module, "HELP", ()), widgets)


def documented(module) -> list[str]:
    """Return the functions that the HELP lines of a module name."""
    names = []
    for line in getattr(module, "HELP", ()):
        names += line.split(" ", 2)[:2]
    if "Auth" in sys.modules:  # or another name that original modules import
        from tepal.core import foreign

        names += foreign.commands(module)
    return names


def path(modules, name: str) -> str:
    """Return the file of a module; empty if there is none."""
    for folder in modules.folders:
        for ending in (".py", ".mpy"):
            file = folder + "/LM_" + name + ending
            if storage.exists(file):
                return file
    return ""


def forget(name: str) -> None:
    """Drop an imported Python module, so that its memory can be used again."""
    sys.modules.pop(name, None)
    parent, _, child = name.rpartition(".")
    if parent in sys.modules:
        sys.modules[parent].__dict__.pop(child, None)


def _declared(file_path: str) -> list[str]:
    """Return the public functions of a source file; a compiled one shows none."""
    names = []
    if file_path.endswith(".py"):
        for line in storage.lines(file_path):
            if line.startswith("def ") or line.startswith("async def "):  # noqa: PIE810
                names.append(line.split("def ", 1)[1].split("(", 1)[0])
    return [name for name in names if name[0] != "_"]


def _files(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
