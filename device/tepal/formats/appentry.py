"""How an app says what is launched."""

# Of the part apps, which a release can leave out.

from tepal.formats.errors import TepalError

RARE = True


def entry(text: str) -> "tuple[str, str, str]":
    """Return what ``execute`` means: (call, module, function), (file, path, ""), (command, line, "").

    Raises: ValueError, with what was expected.
    """
    if text[:1] == "@":
        from tepal.formats import command

        try:
            command.parse(text[1:])
        except TepalError as error:
            raise ValueError(str(error))
        return "command", text[1:], ""
    module, colon, function = text.partition(":")
    if colon and all(is_name(one) for one in module.split(".") + [function]):
        return "call", module, function
    if not colon and text[-3:] == ".py" and all(is_name(p) for p in text[:-3].split("/")):
        return "file", text, ""
    raise ValueError(text + ": module:function, file.py or @command expected")


def is_name(text: str) -> bool:
    """Tell whether Python takes this as a name, of ASCII alone."""
    if not text or not (text[0].isalpha() or text[0] == "_"):
        return False
    return all(
        char == "_" or (char < "\x7f" and (char.isalpha() or char.isdigit())) for char in text
    )
