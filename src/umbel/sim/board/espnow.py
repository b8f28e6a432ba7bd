"""A stand-in for ``espnow``: the air is UDP on loopback, and every neighbour hears everything."""

import socket

import simulated

MAX_DATA_LEN = 250
_PORT = 9019
_EVERYBODY = b"\xff" * 6


class ESPNow:
    """The radio of this board; ``sock`` is what its event loop can wait for."""

    def __init__(self):
        self._mac = bytes.fromhex(simulated.setting("ID", "0250490000ff"))
        self._peers = set()
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.bind(socket.getaddrinfo(simulated.setting("ADDRESS", "127.0.0.1"), _PORT)[0][-1])
        self.sock.setblocking(False)

    def active(self, on=None):
        """Switch the radio; it is on."""
        return True

    def add_peer(self, mac):
        """Make a neighbour known, as one must before sending to it."""
        if mac in self._peers:
            raise OSError(-12395, "ESP_ERR_ESPNOW_EXIST")
        self._peers.add(mac)

    def del_peer(self, mac):
        """Forget a neighbour."""
        if mac not in self._peers:
            raise OSError(-12393, "ESP_ERR_ESPNOW_NOT_FOUND")
        self._peers.remove(mac)

    def send(self, mac, data, sync=True):
        """Send a frame."""
        if mac not in self._peers:
            raise OSError(-12393, "ESP_ERR_ESPNOW_NOT_FOUND")
        if len(data) > MAX_DATA_LEN:
            raise ValueError("ESP-NOW takes 250 bytes")
        for host in simulated.setting("NEIGHBOURS", "127.0.0.1").split(","):
            place = socket.getaddrinfo(host, _PORT)[0][-1]
            try:
                self.sock.sendto(bytes(mac) + self._mac + bytes(data), place)
            except OSError:
                pass  # that board is off
        return True

    def recv(self, timeout_ms=None):
        """Return [hardware address of the sender, frame], or two None if nothing has come."""
        try:
            data, _ = self.sock.recvfrom(MAX_DATA_LEN + 12)
        except OSError:
            return [None, None]
        to, sender, frame = data[:6], data[6:12], data[12:]
        if sender == self._mac or to not in (self._mac, _EVERYBODY):
            return [None, None]
        return [sender, frame]
