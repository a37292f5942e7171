"""What the chapter `nyud` needs."""
