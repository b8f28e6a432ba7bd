"""A function that is given its node: in a file of its own, which is all that stays while it runs."""

RARE = True


def bound(function, node):
    """Return ``function`` with ``node`` as its first argument."""
    return lambda *args, **named: function(node, *args, **named)
