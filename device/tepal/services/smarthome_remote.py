"""Endpoints of micropython-smarthome that are about infrared; see smarthome_request."""

# Of the part devices, which a release can leave out.

from tepal.formats.errors import TepalError
from tepal.services.smarthome_request import Wrong

RARE = True
_MISSING = "Macro %s does not exist, use create_macro to add"


def about(request) -> dict:
    """Return what ``status`` says of it."""
    it = _blaster(request)
    return {"ir_blaster": True, "ir_targets": it.remotes()} if it else {"ir_blaster": False}


async def ir_key(request, target, key) -> dict:
    """Send a key."""
    await _check(
        request, target, key, 'No codes found for target "%s"', 'Target "%s" has no key "%s"'
    )
    await _run(request, "send_key", target, key)
    return {target: key}


async def ir_get_existing_macros(request) -> dict:
    """Return all macros."""
    known = await _run(request, "macros")
    return {name: [" ".join(map(str, action)) for action in known[name]] for name in known}


async def ir_create_macro(request, name) -> dict:
    """Make a macro that does nothing yet."""
    if str(name).lower() in await _run(request, "macros"):
        raise Wrong("Macro named %s already exists" % name)
    await _run(request, "create_macro", name)
    return {"Macro created": name}


async def ir_delete_macro(request, name) -> dict:
    """Forget a macro."""
    await _check_macro(request, name, "Macro named %s does not exist")
    await _run(request, "delete_macro", name)
    return {"Macro deleted": name}


async def ir_add_macro_action(request, name, target, key, delay=0, repeat=1) -> dict:
    """Let a macro send one more key."""
    await _check_macro(request, name, _MISSING)
    await _check(request, target, key, "No codes for %s", "Target %s has no key %s")
    if not str(delay).isdigit():
        raise Wrong("Delay arg must be integer (milliseconds)")
    if not str(repeat).isdigit():
        raise Wrong("Repeat arg must be integer (number of times to press key)")
    await _run(request, "add_macro_action", name, target, key, delay, repeat)
    return {"Macro action added": request.words[1:6]}


async def ir_run_macro(request, name) -> dict:
    """Begin a macro."""
    await _check_macro(request, name, _MISSING)
    await _run(request, "run_macro", name)
    return {"Ran macro": name}


async def ir_save_macros(request) -> dict:
    """Say that they are saved: they are at once."""
    await _run(request, "macros")
    return {"Success": "Macros written to disk"}


def _blaster(request):
    """Return the first blaster; None if there is none."""
    for it in request.house.all.values() if request.house else ():
        if it.type == "ir-blaster":
            return it
    return None


async def _run(request, command: str, *args):
    it = _blaster(request)
    if it is None:
        raise Wrong("No IR blaster configured")
    return await request.run(it.name, command, *args)


async def _check(request, target, key, no_target: str, no_key: str) -> None:
    """Raises: Wrong, if there is no such code."""
    try:
        known = await _run(request, "keys", target)
    except TepalError as error:
        if error.code != "ir_code":
            raise
        raise Wrong(no_target % target)
    if str(key).lower() not in known:
        raise Wrong(no_key % (target, key))


async def _check_macro(request, name, sentence: str) -> None:
    """Raises: Wrong, if there is no such macro."""
    if str(name).lower() not in await _run(request, "macros"):
        raise Wrong(sentence % name)
