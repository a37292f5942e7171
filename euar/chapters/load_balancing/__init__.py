"""What the chapter `load_balancing` needs: its exercises, pictures and measurements."""
