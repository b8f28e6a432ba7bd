"""How updates are, for a host; and the end of a push that it does not want to go on with."""

import json

from tepal.formats.errors import TepalError
from tepal.services import update_state

RARE = True


async def handle(request) -> None:
    """Answer ``GET update`` and ``DELETE update``."""
    push = request.node.__dict__.get("push")
    if request.method == "DELETE":
        if push:
            push.close()
        await request.answer("{}")
        return
    told = update_state.status(request.node)
    if push and push.is_begun:
        try:
            told["next"] = await push.next()
        except TepalError:  # nothing is wanted while all is checked
            pass
    await request.answer(json.dumps(told))
