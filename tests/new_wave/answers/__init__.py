"""What a column's answers are taken for."""
