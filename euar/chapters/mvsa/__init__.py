"""What the chapter `mvsa` needs: its exercises, pictures and measurements."""
