"""The constructs as measured: reliability, validity, scores, common method bias."""
