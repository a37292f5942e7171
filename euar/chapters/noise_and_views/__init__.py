"""What the chapter `noise_and_views` needs."""
