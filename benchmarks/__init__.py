"""How fast the layer is, beside a loop of twenty lines, other mixtures of experts, and its floor."""

#: The benchmarks, each a module of this package.
NAMES = ("layer", "predict", "growth", "skew", "step", "seeds", "row", "memory", "where")
#: Those of the CPU alone: a comparison row trains there, and a profile reads its operators there.
ON_CPU = ("row", "where")
