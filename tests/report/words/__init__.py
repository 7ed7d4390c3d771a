"""Words, numbers and names of the report, in three languages."""
