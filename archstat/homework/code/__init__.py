"""The code of a network that was handed in, held against the network that was asked for."""
