"""What runs cases: this machine, or a cluster. Adding one is a file of this folder."""
