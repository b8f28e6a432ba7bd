"""What ``PUT /api/v1/apps/garden-1.0.0.zip`` asks for.

Behind a question mark: ``pinned=1`` lets an older version lie beside the newest one, ``downgrade=1``
take its place, ``nodeps=1`` does not look whether what it needs is here.
"""

# Of the part apps, which a release can leave out.

from tepal.formats.errors import TepalError

RARE = True


def install(request):
    """Return what installs the archive in the body, once it is awaited. Raises: TepalError."""
    from tepal.core import app_install
    from tepal.services import body

    if request.path[-4:] != ".zip":
        raise TepalError("not_found", "a path that ends in .zip expected")
    if b"\r\ncontent-length:" not in request.names:
        raise TepalError("length_required", "an archive with content-length expected")
    wanted = request.query.split("&")
    return app_install.install(
        request.node,
        body.reading(request),
        pinned="pinned=1" in wanted,
        downgrade="downgrade=1" in wanted,
        nodeps="nodeps=1" in wanted,
    )
