"""What the chapter `paper_against_code` needs: its exercises, pictures and measurements."""
