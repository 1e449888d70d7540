"""Homework: tables that students hand in, read and marked against the answer key."""
