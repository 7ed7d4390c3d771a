"""Exports as survey tools write them."""
