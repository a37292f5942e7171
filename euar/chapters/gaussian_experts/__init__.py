"""What the chapter `gaussian_experts` needs: its exercises, pictures and measurements."""
