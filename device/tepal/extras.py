"""Doors that few nodes have: the air, and the way to a syslog server."""

RARE = True


def open(node) -> None:
    """Open the doors that few nodes have: the air, and the way to a syslog server."""
    server = node.config.get("syslog")
    if server != "n/a":
        from tepal.services import syslog

        node.tasks.start("syslog", syslog.run(node, server), "system")
    if node.config.get("espnow"):
        _open_air(node)


def _open_air(node) -> None:
    from tepal.core import secrets

    try:
        radio = node.board().discovery().radio()
    except (ImportError, OSError) as error:
        node.log.err("espnow: " + str(error))
        return
    from tepal.services.air import Air

    key = secrets.get(node.auth.secrets, "peer_key") or ""
    if not key:
        node.log.warn("espnow: nobody will be believed before peer_key is set")
    node.peers.radio = Air(node, radio, node.network.station.config("mac"), key.encode())
    node.tasks.start("espnow.server", node.peers.radio.serve(), "system")
    node.log.boot("espnow on")
