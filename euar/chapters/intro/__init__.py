"""What the chapter `intro` needs."""
