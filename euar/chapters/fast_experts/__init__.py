"""What the chapter `fast_experts` needs."""
