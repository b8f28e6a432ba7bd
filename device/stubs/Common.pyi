"""What a load module of the original imports from Common; on the node it is tepal.core.compat."""

from tepal.core.compat import MicroTask as MicroTask
from tepal.core.compat import conf_dir as conf_dir
from tepal.core.compat import console as console
from tepal.core.compat import data_dir as data_dir
from tepal.core.compat import data_logger as data_logger
from tepal.core.compat import exec_cmd as exec_cmd
from tepal.core.compat import manage_task as manage_task
from tepal.core.compat import micro_task as micro_task
from tepal.core.compat import notify as notify
from tepal.core.compat import socket_stream as socket_stream
from tepal.core.compat import syslog as syslog
from tepal.core.compat import web_dir as web_dir
from tepal.core.compat import web_endpoint as web_endpoint
from tepal.core.compat import web_mounts as web_mounts
from tepal.core.effects import AnimationPlayer as AnimationPlayer
from tepal.core.effects import SmartADC as SmartADC
from tepal.core.effects import transition as transition
from tepal.core.effects import transition_gen as transition_gen
