"""The results chapter: composed once from tables, cards and manifest, written as Word, PDF, Excel and LaTeX."""
