"""What the chapter `quick_start` needs: its exercises, pictures and measurements."""
