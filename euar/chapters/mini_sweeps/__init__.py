"""What the page `mini_sweeps` needs."""
