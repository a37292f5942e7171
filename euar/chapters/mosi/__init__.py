"""What the chapter `mosi` needs: its exercises, pictures and measurements."""
