"""What the chapter `whole_model` needs."""
