"""Calls the host at the port in ``port.txt`` and posts what it knows of itself."""

import binascii
import json
import socket
import sys

import network
import wifi

address = wifi.join()
body = json.dumps(
    {
        "address": address,
        "mac": binascii.hexlify(network.WLAN(network.STA_IF).config("mac")).decode(),
        "version": list(sys.implementation.version[:3]),
    }
)
with open("port.txt") as file:
    port = int(file.read())
caller = socket.socket()
caller.connect(("10.55.0.1", port))
head = "POST /report HTTP/1.1\r\nHost: host\r\nContent-Length: %d\r\n\r\n" % len(body)
caller.write(head.encode() + body.encode())
print("answer", caller.readline().decode().strip())
caller.close()
