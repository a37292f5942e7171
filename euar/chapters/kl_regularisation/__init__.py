"""What the chapter `kl_regularisation` needs: its exercises, pictures and measurements."""
