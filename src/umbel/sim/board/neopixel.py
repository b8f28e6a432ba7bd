"""A stand-in for ``neopixel``: a strip whose colours the host can read."""

import simulated


class NeoPixel:
    """``n`` pixels on one pin."""

    def __init__(self, pin, n, bpp=3, timing=1):
        self.n, self.bpp = n, bpp
        self._next = [(0,) * bpp] * n
        self._shown = self._next[:]
        simulated.strips[pin.number] = self

    def __len__(self):
        return self.n

    def __setitem__(self, index, colour):
        for level in colour:
            if not 0 <= level <= 255:
                raise ValueError("colour must be 0..255")
        self._next[index] = tuple(colour)

    def __getitem__(self, index):
        return self._next[index]

    def fill(self, colour):
        """Give all pixels one colour."""
        for index in range(self.n):
            self[index] = colour

    def write(self):
        """Show the colours."""
        self._shown = self._next[:]
