"""The rules by which tools and papers turn a network into one number: one file a tool."""
