"""Components and common factors of the items, and which items stay."""
