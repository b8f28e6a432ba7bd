"""Who decides about a device: all its sensors together, so that no group of them can fight another."""

# Of the part devices, which a release can leave out.


def decide(votes):
    """Return what the sensors that are enabled want: True on, False off, None leave it.

    One that wants it on is enough. Else one that has no opinion leaves it as it is: a thermostat
    within its tolerance. Off when nobody wants it, so also when all sensors are disabled: a heater
    must not stay on because its thermostat was switched off.
    """
    decision = False
    for vote in votes:
        if vote:
            return True
        if vote is None:
            decision = None
    return decision


def settle(device, votes) -> bool:
    """Give ``device`` the decision of its sensors; tell whether it is another than before.

    Who switches by hand is not overruled before the sensors change their mind.
    """
    decision = decide(votes)
    if decision is None or decision == device.decided:
        return False
    device.decided = device.wanted = decision
    return True
