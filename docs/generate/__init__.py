"""Writes the reference from what the code declares; a page is a file here that offers ``page()``."""
