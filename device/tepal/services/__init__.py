"""The doors: ways in for people and programs."""
