"""Traces of torch.profiler: what they hold, and which layers the operators in them are of."""
