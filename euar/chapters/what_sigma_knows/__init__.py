"""What the chapter `what_sigma_knows` needs."""
