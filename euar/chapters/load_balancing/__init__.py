"""What the chapter `load_balancing` needs."""
