"""What the chapter `mvsa` needs."""
