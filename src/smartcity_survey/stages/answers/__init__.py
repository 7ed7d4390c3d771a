"""The answers: read, cleaned, described."""
