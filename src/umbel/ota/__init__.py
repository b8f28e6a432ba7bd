"""Servers that nodes fetch their updates from."""
