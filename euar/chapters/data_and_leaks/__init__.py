"""What the chapter `data_and_leaks` needs."""
