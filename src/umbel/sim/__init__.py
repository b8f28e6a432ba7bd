"""Nodes on this computer: the very files of a board, on fake hardware, in numbers."""
