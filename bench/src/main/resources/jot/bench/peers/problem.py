"""A problem as jot wrote it, in numpy arrays."""

import numpy


class Problem:
    """cost (m, n) or (batch, m, n); a and b the weights; x and y points or None; f, g converged potentials or None."""

    def __init__(self, request):
        self.cost = numpy.load(request["cost"])
        self.dtype = self.cost.dtype
        self.a = self._vector(request["a"])
        self.b = self._vector(request["b"])
        self.x = self._optional(request.get("x"))
        self.y = self._optional(request.get("y"))
        self.f = self._vector(request.get("f"))
        self.g = self._vector(request.get("g"))
        self.gradient = self._optional(request.get("gradient"))
        self.epsilon = float(request["epsilon"])

    @property
    def batched(self):
        return self.cost.ndim == 3

    def residual(self, plan):
        """L1 distance of both marginals from the weights, the worst of a batch; the mass is 1."""
        plan = numpy.asarray(plan, dtype=numpy.float64)
        rows = numpy.abs(plan.sum(-1) - self.a).sum(-1)
        columns = numpy.abs(plan.sum(-2) - self.b).sum(-1)
        return float(numpy.max(rows + columns))

    @staticmethod
    def _optional(file):
        return None if file is None else numpy.load(file)

    def _vector(self, file):
        return None if file is None else numpy.load(file).astype(self.dtype)
