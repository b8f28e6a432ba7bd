from tepal.formats.errors import TepalError as TepalError
from tepal.node import Node as Node
