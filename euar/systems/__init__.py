"""Systems to compare with, one file each."""
