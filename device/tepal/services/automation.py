"""What a node does by itself: the schedule, the timer, pins, and the time that these need."""

RARE = True


def start(node) -> None:
    """Start what the configuration asks for."""
    node.sweep()  # tables of modules never shrink: what the boot has used makes room for this
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
    if get("irq1") or get("irq2") or get("irq3") or get("irq4"):
        from tepal.core import arming

        tasks.start("triggers", arming.arm(node), "system")
    if get("ntp") != "n/a":
        from tepal.services import timekeeper

        tasks.start("ntp", timekeeper.run(node), "system")
