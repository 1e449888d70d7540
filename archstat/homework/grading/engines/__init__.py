"""What grades the submissions of a class: this machine, or a cluster."""
