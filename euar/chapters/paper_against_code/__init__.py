"""What the chapter `paper_against_code` needs."""
