"""What the chapter `trained_encoders` needs."""
