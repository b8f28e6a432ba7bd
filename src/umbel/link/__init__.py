"""How the host reaches a node: searching, the shell for programs, HTTP."""
