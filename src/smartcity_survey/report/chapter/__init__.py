"""The results chapter: composed once from tables, cards and manifest, then written as Word and PDF."""
