"""The configuration for programs: what the framed shell and the API read and write."""

from tepal.core import keys, settings
from tepal.formats.errors import TepalError

RARE = True


async def exchange(config, wanted: object) -> object:
    """Return all keys with their descriptions for True, one for ``[key]``; set ``[key, value]``.

    A third member False means that the value is checked and not set.

    Raises: TepalError; see Config.set.
    """
    if wanted is True:
        values = keys.everything(config)
        return {key: settings.describe(values[key], entry) for key, *entry in keys.table()}
    if isinstance(wanted, list) and wanted and isinstance(wanted[0], str):
        if len(wanted) == 1:
            return settings.describe(config.get(wanted[0]), keys.entry(wanted[0]))
        if wanted[2:] == [False]:
            return {"reboot": "b" in settings.checked(wanted[0], wanted[1])[1]}
        return {"reboot": await config.set(wanted[0], wanted[1])}
    raise TepalError("syntax", "true, [key], [key, value] or [key, value, false] expected")
