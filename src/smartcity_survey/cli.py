"""The command line."""


def main() -> None:
    """Entry point; commands follow."""
