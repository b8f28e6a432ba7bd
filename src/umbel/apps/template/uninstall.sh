# One command of a node on each line, run before the app is removed.
system heartbeat
