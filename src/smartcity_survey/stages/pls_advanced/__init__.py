"""Stages of the methods beside the PLS path model, each where a study asks for it."""
