"""Installing an app: what is here already, and who needs whom."""

# Of the part apps, which a release can leave out.

from micropython import const

from tepal.core import shelf
from tepal.formats import appnames, semver
from tepal.formats.errors import TepalError

RARE = True
_DEEPEST = const(16)  # apps that need each other, in a row


def place(work) -> None:
    """Decide where the version goes. Raises: TepalError ``app_clash``, ``app_other``, ``app_older``."""
    uid = work.uid
    work.to = base = shelf.home(uid)
    _check_name(uid)
    old = _here(base, uid)
    if not old:
        return
    work.was = old["version"]
    _check_origin(uid, old, work.config)
    if semver.parse(work.version) < semver.parse(work.was):
        if work.pinned:
            work.place = "versions"
            work.to = _beside(base, work.version)
        elif not work.downgrade:
            text = "%s %s is older than %s, which is here"
            raise TepalError("app_older", text % (uid, work.version, work.was))


def check(work) -> None:
    """Look who needs whom, and what happens to the version before.

    Raises: TepalError ``app_needs``, ``app_cycle``, ``app_needed``.
    """
    config, work.config = work.config, None
    if not work.nodeps:
        _check_needs(config)
    _check_circle([work.uid], config, [])
    is_base = work.place == "base"
    if is_base and work.was not in ("", work.version) and _is_needed(work):
        work.kept = _beside(work.to, work.was)


def _here(base: str, uid: str):
    """Return what the version says that is here; None if it is damaged, or there is none."""
    try:
        return shelf.config(base, uid) if shelf.is_installed(base) else None
    except (OSError, ValueError):
        return None


def _beside(base: str, version: str) -> str:
    return base + "/versions/" + version.partition("+")[0]


def _check_name(uid: str) -> None:
    name = appnames.import_name(uid)
    for other in shelf.uids():
        if other != uid and appnames.import_name(other) == name:
            raise TepalError("app_clash", "%s and %s are both imported as %s" % (uid, other, name))


def _check_origin(uid: str, old: dict, new: dict) -> None:
    """Two who call their apps alike must not replace each other's."""
    before = appnames.as_list(old.get("repository"))
    now = appnames.as_list(new.get("repository"))
    if before and not [one for one in now if one in before]:
        raise TepalError(
            "app_other",
            "%s is here from %s, not from %s" % (uid, before[0], (now or ["nowhere"])[0]),
        )


def _check_needs(config: dict) -> None:
    for name, wanted in appnames.dependencies(config):
        if not shelf.choose(name, wanted):
            here = [version for version, _ in shelf.versions(name)]
            text = "%s-%s wanted, " % (name, _spelled(wanted))
            raise TepalError("app_needs", text + (", ".join(here) or "none") + " here")


def _check_circle(path: list, config: dict, seen: list) -> None:
    """Follow what is needed from app to app; nobody may come back to where it began."""
    for name, wanted in appnames.dependencies(config):
        if name == path[0] or len(path) > _DEEPEST:
            raise TepalError("app_cycle", " needs ".join(path + [name]))
        found = None if name in seen else shelf.choose(name, wanted)
        if found:
            seen.append(name)
            _check_circle(path + [name], shelf.config(found[1], name), seen)


def _is_needed(work) -> bool:
    """Tell whether somebody still needs the version that is here.

    Raises: TepalError ``app_needed``: neither that one nor the new one would do.
    """
    is_needed = False
    others = shelf.versions(work.uid)[1:]
    for name, version, wanted in shelf.dependents(work.uid):
        if name == work.uid or semver.matches(wanted, semver.parse(work.version)):
            continue
        if [one for one in others if semver.matches(wanted, semver.parse(one[0]))]:
            continue
        if not semver.matches(wanted, semver.parse(work.was)):
            text = "%s %s needs %s-%s" % (name, version, work.uid, _spelled(wanted))
            raise TepalError("app_needed", text)
        is_needed = True
    return is_needed


def _spelled(wanted: tuple) -> str:
    return ".".join(["x" if one is None else str(one) for one in wanted])
