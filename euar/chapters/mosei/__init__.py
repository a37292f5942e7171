"""What the chapter `mosei` needs."""
