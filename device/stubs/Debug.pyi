"""What a load module of the original imports from Debug; on the node it is tepal.core.compat."""

from tepal.core.compat import console_write as console_write
from tepal.core.compat import syslog as syslog
