"""The text of ``help``: the words of the shell, then what the modules offer."""

from tepal.core import loading
from tepal.core.commands import Report

RARE = True
_WORDS = """[MICROS]   - built-in shell commands
   hello   - hello msg - for device identification
   version - returns the version of Tepal
   exit    - exit from shell socket prompt
   reboot  - system soft reboot (vm), hard reboot (hw): reboot -h
[CONF] Configure mode - built-in shell commands
  conf       - Enter conf mode
    dump       - Dump all data
    key        - Get value
    key value  - Set value
  noconf     - Exit conf mode
[TASK] postfix: &x - one-time,  &&x - periodic, x: wait ms [x min: 20ms]
  task list         - list tasks with <tag>s
  task kill <tag>   - stop task
  task show <tag>   - show task output
[APPS] app list       - list apps, and how they are
  app start <uid>     - start it, now and at every boot; app stop <uid>
  app info <uid>      - what it is; app log <uid>: what it said last
  app install <zip>   - from flash or a web address; app remove <uid>
[CRON] schedule next - list what crontasks starts next
[EXEC] Command mode (LMs):
   help lm  - list ALL LoadModules"""


def text(modules, names: list) -> Report:
    """Return the manual with the commands of the modules ``names``, as text and as an object."""
    tree = {name: loading.commands(modules, name) for name in names}
    lines = [_WORDS]
    for name in names:
        lines.append("   " + name)
        indent = " " * (len(name) + 3)
        lines += [indent + function for function in tree[name]]
    return Report(tree, "\n".join(lines))
