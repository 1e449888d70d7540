"""What units see, drawn on the image."""
