"""What the chapter `calibrated_sigma` needs."""
