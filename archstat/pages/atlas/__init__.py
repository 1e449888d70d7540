"""A site of a store: a page of all, one for each model, one for each device."""
