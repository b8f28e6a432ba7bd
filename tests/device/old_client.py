"""A node with devices and the door of micropython-smarthome, and how one talks with it."""

import json

from device_house import start
from house import talk

from tepal.services import smarthome

LAMP = {"_type": "pwm", "nickname": "Hall", "pin": 4, "min_rule": 0, "max_rule": 1000,
        "default_rule": 500, "schedule": {"sunset": 700}}  # fmt: skip
FAN = {"_type": "relay", "nickname": "Fan", "pin": 18, "default_rule": "Enabled", "schedule": {}}
MOTION = {"_type": "pir", "nickname": "Motion", "pin": 16, "default_rule": 5, "schedule": {},
          "targets": ["device1"]}  # fmt: skip
DOOR = {"_type": "switch", "nickname": "Door", "pin": 17, "default_rule": "Enabled",
        "schedule": {}, "targets": ["device2", "device1"]}  # fmt: skip
HOME = {
    "metadata": {"id": "Attic", "location": "Under the roof", "floor": 2},
    "schedule_keywords": {"bedtime": "22:30"},
    "device1": LAMP, "device2": FAN, "sensor1": MOTION, "sensor2": DOOR,
}  # fmt: skip
MISSING = {"ERROR": "Instance not found, use status to see options"}


async def opened(config=HOME, who="open", role="admin"):
    """Return a node whose door lets in ``who``, as ``role``; everybody else must log in."""
    node = await start(config)
    node.auth.enabled, node.auth.guest = True, 0
    await node.config.set("smarthome", who)
    await node.config.set("smarthome_role", role)
    node.sweep()  # as it happens on a node while nobody asks
    return node


async def say(node, *words):
    """Return what comes back for a JSON line."""
    return json.loads(await talk(node, smarthome, json.dumps(words).encode() + b"\n"))


async def get(node, target, **headers):
    """Return (status, JSON) of an HTTP GET."""
    node.sweep()
    lines = ["GET /%s HTTP/1.1" % target, "Host: attic:8123"]
    lines += ["%s: %s" % (name.replace("_", "-"), headers[name]) for name in headers]
    sent = await talk(node, smarthome, "\r\n".join(lines + ["", ""]).encode())
    head, _, body = sent.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 "), head
    assert b"Content-Type: application/json" in head
    return int(head.split(b" ")[1]), json.loads(body)
