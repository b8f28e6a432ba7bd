"""What a load module of the original imports from Auth; on the node it is tepal.core.compat."""

from tepal.core.compat import sudo as sudo
