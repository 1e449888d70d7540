"""What is left to become documents: benchmarks, comparisons, explanations, feedback, classes."""
