"""What the chapter `what_sigma_knows` needs: its exercises, pictures and measurements."""
