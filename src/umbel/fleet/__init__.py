"""Many nodes as one: how they are, what changes, commands for all of them."""

from umbel.fleet.fleet import Fleet, Outcome
from umbel.fleet.roster import Change, Subscription
from umbel.fleet.view import Condition, NodeView

__all__ = ["Change", "Condition", "Fleet", "NodeView", "Outcome", "Subscription"]
