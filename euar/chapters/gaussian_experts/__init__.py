"""What the chapter `gaussian_experts` needs."""
