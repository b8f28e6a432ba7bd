"""Who is in: what the node remembers of callers. How they get in is in ``login``."""

import os

from tepal.core.commands import ADMIN, NOBODY


class Auth:
    """``enabled`` False makes everybody an admin; the node then says so in ``hello``.

    ``secrets`` is the file that holds the hashes of the passwords and the key.
    """

    def __init__(self, secrets: str, clock, log, enabled: bool = True):
        self.secrets = secrets
        self.clock = clock
        self.log = log
        self.enabled = enabled
        self.guest = NOBODY if enabled else ADMIN  # the role of who has not proved anything
        self.sessions = {}  # token, or fingerprint of a Basic header: (role, order of last use)
        self.nonces = {}  # nonce of signed requests: (highest count seen, order of last use)
        self.failures = {}  # address: (wrong passwords, uptime_ms until which it has to wait)
        self.uses = 0
        self.busy = False  # a password is being hashed
        self.pepper = os.urandom(16)  # makes fingerprints of credentials good for this run alone
