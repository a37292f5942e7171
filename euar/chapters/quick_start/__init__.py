"""What the chapter `quick_start` needs."""
