"""What the chapter `top_k_gating` needs: its exercises, pictures and measurements."""
