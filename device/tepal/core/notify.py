"""Notifications: what a module wants people to know, to whoever carries it on."""

from micropython import const

_KEPT = const(8)
_MAX_TEXT = const(500)  # characters


class Notify:
    """``channels`` are objects with a ``name`` and ``send(text)``, which must not wait.

    Whoever listens to the topic ``notify`` of the log hears of each one too.
    """

    def __init__(self, node):
        self.log = node.log
        self.enabled = True
        self.channels = []
        self.newest = []  # the last few, oldest first: [time, text]

    def send(self, text: str, only: tuple = ()) -> dict:
        """Tell everybody, or the channels named in ``only``; return {channel: whether it took it}.

        Nothing is sent while notifications are switched off; the result is then empty.
        """
        if not self.enabled:
            return {}
        text = text[:_MAX_TEXT]
        self.newest.append([self.log.clock.stamp(), text])
        if len(self.newest) > _KEPT:
            self.newest.pop(0)
        self.log.info("notify: " + text)
        self.log.publish("notify", text)
        reached = {}
        for channel in self.channels:
            if not only or channel.name in only:
                reached[channel.name] = channel.send(text)
        return reached

    def publish(self, text: str) -> str:
        """Send ``text``, and say to whom."""
        reached = self.send(text)
        if not self.enabled:
            return "Notifications disabled"
        return "Sent" + (" over " + ", ".join(sorted(reached)) if reached else "")

    def about(self, enable=None) -> dict:
        """Return what was sent lately and over what; ``enable`` switches all of it on or off."""
        if enable is not None:
            self.enabled = bool(enable)
        names = [channel.name for channel in self.channels]
        return {"enabled": self.enabled, "channels": names, "newest": self.newest}
