"""What each unit of a layer sees of the input."""
