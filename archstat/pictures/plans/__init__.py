"""Drawings of networks: what is drawn, where it stands, and by which colour."""
