"""What a study declares: its config, its codebook and the model these make."""
