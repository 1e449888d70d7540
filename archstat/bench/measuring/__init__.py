"""What runs models and times them, in processes that `bench.run` starts; all of it needs torch."""
