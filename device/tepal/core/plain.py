"""Results as JSON can carry them."""

RARE = True


def plain(item: object) -> object:
    """Return ``item`` with text for what JSON has no form for: bytes, infinite numbers, objects."""
    if isinstance(item, dict):
        return {str(key): plain(item[key]) for key in item}
    if isinstance(item, (list, tuple)):
        return [plain(element) for element in item]
    if item is None or isinstance(item, (str, bool, int)):
        return item
    if isinstance(item, float) and item - item == 0:
        return item
    return str(item)
