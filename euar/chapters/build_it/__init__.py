"""What the chapter `build_it` needs."""
