"""Apps: written, checked, packed into archives, offered in an index, chosen with what they need.

What the format is, ``tepal.formats`` says, to node and host alike; ``rules.toml`` has every rule.
"""

from umbel.apps.archive import Archive
from umbel.apps.check import check
from umbel.apps.pack import pack
from umbel.apps.source import Source

__all__ = ["Archive", "Source", "check", "pack"]
