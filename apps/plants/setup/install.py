"""Refuses settings with which a room could be flooded."""

_LONGEST_S = 30


async def run(app):
    """Read the settings as the app will."""
    said = app.settings
    if not (0 < said["pump_s"] <= _LONGEST_S and said["wet_raw"] < said["dry_raw"]):
        raise ValueError("a pump that runs up to 30 s, and a sensor that reads less when wet")
