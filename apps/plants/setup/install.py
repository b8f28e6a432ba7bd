"""Refuses settings with which a room could be flooded."""

from ..guard import LONGEST_S


async def run(app):
    """Read the settings as the app will."""
    said = app.settings
    if not (0 < said["pump_s"] <= LONGEST_S and said["wet_raw"] < said["dry_raw"]):
        raise ValueError("a pump that runs up to 30 s, and a sensor that reads less when wet")
