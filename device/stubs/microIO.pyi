"""What a load module of the original imports from microIO; on the node it is tepal.core.compat."""

from tepal.core.compat import bind_pin as bind_pin
from tepal.core.compat import pinmap_search as pinmap_search
