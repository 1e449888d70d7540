"""Other networks that a sheet may be of: the catalogue's, and variants of the one asked for."""
