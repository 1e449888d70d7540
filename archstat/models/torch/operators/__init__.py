"""torch's operators: one entry each, in one file a family.

Every operator is in exactly one of three sets: it has a formula; it is known to multiply and
accumulate nothing; or it is uncounted, and is named as such. Activations, norms, pooling, softmax
and other arithmetic value by value count nothing: that is the convention of a MAC.
"""
