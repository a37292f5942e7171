"""What the chapter `nyud` needs: its exercises, pictures and measurements."""
