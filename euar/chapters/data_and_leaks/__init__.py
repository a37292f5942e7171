"""What the chapter `data_and_leaks` needs: its exercises, pictures and measurements."""
