"""The hardware: the only importers of machine and network."""
