"""Endpoints of micropython-smarthome that are about infrared; see smarthome_request."""

# Of the part devices, which a release can leave out.

from tepal.services.smarthome_request import Wrong

RARE = True


async def _none(request, *args):
    """Refuse. Raises: Wrong."""
    raise Wrong("No IR blaster configured")


ir_key = ir_get_existing_macros = ir_create_macro = ir_delete_macro = _none
ir_add_macro_action = ir_run_macro = ir_save_macros = _none
