"""What a node costs, measured against what others cost, and held to ``budget.toml``.

``python -m bench`` runs every file of ``measurements`` and ends with a table. Comparisons are
pairs measured in turn, A B A B, and the median of their ratios, so that a busy machine slows both
sides of a pair alike.
"""
