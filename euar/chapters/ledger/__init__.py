"""What the chapter `ledger` needs."""
