"""What a load module of the original imports from Types; on the node it is tepal.core.compat."""

from tepal.core.compat import resolve as resolve
