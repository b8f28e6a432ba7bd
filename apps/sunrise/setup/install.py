"""Refuses settings that make no sense, before anything is installed."""

from ..wake import parse_days


async def run(app):
    """Read the settings as the app will."""
    said = app.settings
    parse_days(said["days"])
    if not (0 <= said["hour"] < 24 and 0 <= said["minute"] < 60 and said["minutes"] > 0):
        raise ValueError("a time of day expected, and minutes of light before it")
