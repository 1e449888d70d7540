"""Measuring a forward pass, so that a second run gives the same figure, beside what limits it.

`protocol` says when and how often something is timed, `record` is what comes of it, `summary` the
figures that are made of it. These and what they use know no torch. `subject`, `probes` and `worker`
run models, in processes that `run` starts.
"""
