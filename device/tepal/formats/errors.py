"""The one error of a node: a short code for programs, a detail for people."""


class TepalError(Exception):
    """``code`` is from the list in docs/reference/errors.md; ``str()`` is one readable sentence."""

    def __init__(self, code: str, detail: str = ""):
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        text = self.code.replace("_", " ")
        return text + ": " + self.detail if self.detail else text
