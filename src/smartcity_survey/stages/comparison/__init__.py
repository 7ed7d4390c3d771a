"""Groups of respondents, waves and reconstructions beside one another."""
