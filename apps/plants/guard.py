"""When to water: a pure step, so that a pump never runs by accident."""

DAY_MS = 24 * 3600 * 1000
LONGEST_S = 30  # of a pump in a room


def moisture(raw, wet_raw, dry_raw):
    """Return how wet the soil is, 0 to 100; a capacitive sensor reads less the wetter it is.

    None if no sensor can say that: a cable that is broken, or pulled.
    """
    span = dry_raw - wet_raw
    if not wet_raw - span // 4 <= raw <= dry_raw + span // 4:
        return None
    return max(0, min(100, 100 * (dry_raw - raw) // span))


def step(said, waterings, now_ms, percent):
    """Return what to do: ``water``, ``tell`` (it stays dry), or nothing.

    ``waterings`` has the times of the last ones; those older than a day are forgotten.
    """
    while waterings and now_ms - waterings[0] >= DAY_MS:
        waterings.pop(0)
    if percent is None or percent >= said["dry"]:
        return ""
    if waterings and now_ms - waterings[-1] < said["pause_min"] * 60000:
        return ""  # water takes its time to reach the sensor
    if len(waterings) >= said["most"]:
        return "tell"
    waterings.append(now_ms)
    return "water"
