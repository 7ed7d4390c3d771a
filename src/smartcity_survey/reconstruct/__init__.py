"""Rebuild a survey file that is consistent with what a paper prints."""
