"""What the chapter `kl_regularisation` needs."""
