"""What the chapter `whole_model` needs: its exercises, pictures and measurements."""
