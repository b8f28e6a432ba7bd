"""Installing an app: its name and its config.json keep the rules of the format."""

# Of the part apps, which a release can leave out.

from tepal.formats.errors import TepalError

RARE = True


def read(work) -> None:
    """Read what it says of itself. Raises: TepalError ``app``."""
    from tepal.core import app_reading

    try:
        work.config = app_reading.config("apps/.new", work.uid)
    except (OSError, ValueError, EOFError):
        raise TepalError("app", "C1: config.json: a JSON object of up to 4 KB expected")


def check(work) -> None:
    """Refuse what breaks a rule. Raises: TepalError ``app``, with the number of the rule."""
    from tepal.formats import appconfig

    config = work.config
    appconfig.check(config, work.uid)
    if config["version"] != work.version:
        text = "V1: version %s in config.json, %s in the manifest"
        raise TepalError("app", text % (config["version"], work.version))
    wanted = ("dependencies", "repository")
    work.config = {key: config[key] for key in wanted if key in config}
