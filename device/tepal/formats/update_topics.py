"""The MQTT topics of what a list of updates names."""

# Of the part mqtt, which a release can leave out.

# Without ``const``, which the host lacks: it imports this file as it is.
RARE = True
PART = 16384  # bytes of a part, where something comes in parts; the last one is smaller


def topics(item: dict[str, object]) -> list[str]:
    """Return the topics where an item may be, the usual one first."""
    digest = str(item["pkg_sha256"])
    if item["type"] == "wheel":
        return ["mpypi/packages/wheel/" + digest, "mypypi/packages/" + digest]
    if item["type"] in ("release", "app"):
        return ["mpypi/packages/" + str(item["type"]) + "/" + digest]
    path = str(item["path"])
    usual = "mpypi/packages/src/" + path
    return [usual + "/" + digest, usual, "mypypi/packages/" + path]


def content_topic(sha256: str) -> str:
    """Return the topic of a file of a release."""
    return "mpypi/packages/content/" + sha256
