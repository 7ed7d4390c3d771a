"""What a study's printed tables decide, and what they leave open."""
