"""What the chapter `ledger` needs: its exercises, pictures and measurements."""
