"""The answers: read, cleaned, compared across waves, and what of them may be shown."""
