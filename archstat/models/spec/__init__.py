"""The front end of specs: a TOML file as a graph, by formula and without torch."""
