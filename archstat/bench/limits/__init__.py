"""What devices allow a network: by ceilings that were measured, or by what vendors state."""
