"""What a load module of the original imports from Config; on the node it is tepal.core.compat."""

from tepal.core.compat import cfgget as cfgget
