"""Experiments: what was measured, how to measure it again, and where the results are kept."""
