"""What the chapter `uncertainty_loss` needs: its exercises, pictures and measurements."""
