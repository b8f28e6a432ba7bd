"""A stand-in for a part of a node at which nobody looks."""


class Nothing:
    """Does whatever is asked of it."""

    state = "off"
    reason = ""

    def __init__(self, **more):
        for name, value in more.items():
            setattr(self, name, value)

    def boot(self, text):
        pass

    def publish(self, topic, data):
        pass

    err = warn = boot

    def is_fat(self):
        return False

    def about(self):
        return 0, (1, 25, 0), "rp2", ""
