"""``PUT /api/v1/apps/garden-1.0.0.zip``: installs the archive that is sent, as it comes."""

# Of the part apps, which a release can leave out.

import json

RARE = True


async def handle(request) -> None:
    """Answer one request of an admin, see ``update``."""
    await request.answer(json.dumps(await _install(request)))


def _install(request):  # in a frame of its own: only what it returns stays meanwhile
    from tepal.services import app_sent

    return app_sent.install(request)
