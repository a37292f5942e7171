"""What the chapter `mosi` needs."""
