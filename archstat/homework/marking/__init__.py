"""The verdict on every cell, and the mistakes behind the wrong ones."""
