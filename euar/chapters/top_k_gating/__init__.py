"""What the chapter `top_k_gating` needs."""
