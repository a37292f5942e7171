"""What the chapter `one_recipe` needs."""
