"""Decides whether a node lacks what a list names."""

# Of the part mqtt, which a release can leave out.

from tepal.core import moving, packages
from tepal.formats import version
from tepal.formats.errors import TepalError

RARE = True


def is_wanted(node, item: dict, asked: bool) -> bool:
    """Tell whether the node lacks what an item names. Raises: TepalError ``update_rolled_back``."""
    kind = item["type"]
    if kind == "wheel":
        return _is_wheel_wanted(item)
    if kind == "src":
        try:
            return moving.digest_of(place(item)) != item["pkg_sha256"]
        except OSError:
            return True
    if kind == "release":
        from tepal.core import updating

        here = updating.status(node)
        if here.get("given_up") and here["given_up"] == item["release"] and not asked:
            raise TepalError("update_rolled_back", item["version"] + " has failed here before")
        return not item["release"] or here["release"] != item["release"]
    if kind == "app":
        return _is_app_wanted(item)
    node.log.warn("update: nobody here knows the type " + item["name"])
    return False


def _is_app_wanted(item: dict) -> bool:
    """Newer ones are, and older ones if the list says so; none that is here in whatever place."""
    try:
        from tepal.core import shelf
        from tepal.formats import semver
    except ImportError as error:
        raise TepalError("not_included", str(error))
    try:
        new = semver.parse(item["version"])
    except ValueError as error:
        raise TepalError("update_list", "version of %s: %s" % (item["name"], error))
    here = [semver.parse(version) for version, _ in shelf.versions(item["name"])]
    return new not in here and (not here or new > here[0] or item["allow_downgrade"])


def _is_wheel_wanted(item: dict) -> bool:
    """Newer ones are; of the same version one with another content if it is in development."""
    wanted = item["version"]
    here = packages.installed(item["name"])
    if not here:
        return True
    _, found, folder = here[-1]
    if item["force"] or len(here) > 1:
        return packages.origin(folder) != item["pkg_sha256"]
    new, old = version.key(wanted), version.key(found)
    # The publisher of mpy-blox says 0.6.0dev in a list, and 0.6.0 in the wheel.
    if new == old or version.base(wanted) == old:
        return version.is_early(wanted) and packages.origin(folder) != item["pkg_sha256"]
    return new > old or item["allow_downgrade"]


def place(item: dict) -> str:
    """Return where a source goes."""
    path = item["path"]
    return path[1:] if path[:1] == "/" else path
