"""What the chapter "Your own data and your own model" needs."""
