"""What the chapter on fast experts needs."""
