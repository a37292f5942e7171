"""What the experiment `other_signals` needs: readings of noise that no model was trained to give."""
