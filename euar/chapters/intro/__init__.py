"""What the chapter `intro` needs: its exercises, pictures and measurements."""
