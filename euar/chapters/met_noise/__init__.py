"""What the experiment `met_noise` needs: systems that meet the noise of the test in training."""
