"""What the chapter `your_own_data` needs."""
