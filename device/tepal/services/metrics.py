"""``/metrics``: what Prometheus reads, line by line."""

from micropython import const

from tepal.core import health
from tepal.services import body

RARE = True
_KIND = const("text/plain; version=0.0.4")


async def handle(request) -> None:
    """Answer one request; wants the role view, which every login has."""
    await request.caller()
    node = request.node
    used, total = health.memory()
    lines = (
        'tepal_info{name="%s",version="%s",platform="%s"} 1'
        % (node.name, node.version, node.board().platform()),
        "tepal_uptime_seconds %d" % (node.clock.uptime_ms() // 1000),
        "tepal_heap_used_bytes %d" % used,
        "tepal_heap_free_bytes %d" % (total - used),
        "tepal_load_percent %d" % node.tasks.load,
        "tepal_commands_total %d" % node.commands.count,
        "tepal_command_blocked_ms_max %d" % node.commands.slowest[1],
        "tepal_tasks_active %d" % [task.state for task in node.tasks.all].count("running"),
    )
    await body.start(request, _KIND)
    for line in lines:
        await body.send(request, line + "\n")
    for door in node.doors:
        text = 'tepal_connections{door="%s"} %d\n'
        await body.send(request, text % (door.name, len(door.connections)))
    await body.send(request, "")
