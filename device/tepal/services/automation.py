"""What a node does by itself: the schedule, the timer, pins, and the time that these need."""

RARE = True


def start(node) -> None:
    """Start what the configuration asks for."""
    get = node.config.get
    tasks = node.tasks
    if get("cron"):
        from tepal.core.schedule import Schedule

        tasks.start("cron", Schedule(node).run(), "system")
    if get("timirq") and get("timirqcbf") != "n/a":
        from tepal.core import timer
        from tepal.formats import postfixes

        lines = postfixes.commands(get("timirqcbf"))
        tasks.start("timer", timer.run(node, get("timirqseq"), lines), "system")
    if True in [get("irq" + number) for number in "1234"]:
        from tepal.core import arming, triggers

        tasks.start("triggers", triggers.run(node, *arming.triggers(node)), "system")
    if get("ntp") != "n/a":
        from tepal.services import timekeeper

        tasks.start("ntp", timekeeper.run(node), "system")
