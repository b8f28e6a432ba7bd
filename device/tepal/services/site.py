"""From which site's page a browser was told to send a request."""

from tepal.core.commands import VIEW
from tepal.formats.errors import TepalError

RARE = True


def check(request, role: int) -> int:
    """Return the role of a request that changes something; refuse it from another site's page."""
    host = request.header("host")
    fetch_site = request.header("sec-fetch-site")
    if fetch_site:
        if fetch_site not in ("same-origin", "none"):
            raise TepalError("other_site", fetch_site)
        return role
    origin = request.header("origin") or request.header("referer")
    if origin:
        if origin.split("/")[2:3] != [host]:
            raise TepalError("other_site", origin[:64])
        return role
    if request.header("user-agent")[:8] == "Mozilla/":
        # A page elsewhere can make a browser leave all of these out, so it may only look.
        return min(role, VIEW)
    return role
