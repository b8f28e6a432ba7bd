"""A neighbour in the framed shell: another node, which may control and not send on."""

from tepal.core.commands import CONTROL, NOBODY, ROLES, Caller
from tepal.services import handshake

RARE = True


def answer(session, proof: object) -> str:
    """Return the role of a node that signs with ``peer_key``; True proves nothing."""
    role = min(session.caller.role, CONTROL)
    if proof is not True:
        role = handshake.with_signature(session.node.auth, proof, "peer", "peer_key")
    session.caller = Caller("peer", role, session.caller.name)
    session.connection.trusted = role > NOBODY
    return ROLES[role]
