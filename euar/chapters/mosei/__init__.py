"""What the chapter `mosei` needs: its exercises, pictures and measurements."""
