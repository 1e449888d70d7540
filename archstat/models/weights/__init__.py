"""Files of parameters: names, shapes and types are read, and no value; nothing here needs torch."""
