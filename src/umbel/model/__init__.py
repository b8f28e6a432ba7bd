"""What every part of the toolkit means by a node."""

from umbel.model.address import Address
from umbel.model.node import Access, Node

__all__ = ["Access", "Address", "Node"]
