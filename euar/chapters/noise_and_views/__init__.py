"""What the chapter `noise_and_views` needs: its exercises, pictures and measurements."""
