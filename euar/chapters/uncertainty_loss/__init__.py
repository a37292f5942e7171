"""What the chapter `uncertainty_loss` needs."""
