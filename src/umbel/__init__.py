"""The host toolkit for nodes that run Tepal."""
