from tepal.core.app import App as App
from tepal.core.commands import Caller as Caller
from tepal.core.commands import Report as Report
from tepal.core.devices import Devices as Devices
from tepal.core.listener import Listener as Listener
from tepal.core.tasks import Task as Task
from tepal.formats.errors import TepalError as TepalError
from tepal.node import Node as Node
