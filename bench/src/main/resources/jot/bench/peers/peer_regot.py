"""RegOT: its solvers of second order and its coordinate descent, F64."""

from importlib.metadata import version

import numpy
import regot

SOLVERS = {
    "lbfgs_dual": regot.sinkhorn_lbfgs_dual,
    "ssns": regot.sinkhorn_ssns,
    "splr": regot.sinkhorn_splr,
    "newton": regot.sinkhorn_newton,
    "bcd": regot.sinkhorn_bcd,
}


class Peer:
    version = version("regot")

    def __init__(self, threads):
        numpy.seterr(all="ignore")

    def solvers(self, work, batch, dtype):
        return list(SOLVERS) if work == "solve" and batch == 1 and dtype == "f64" else []

    def trial_iterations(self, name):
        return 1 if name in ("newton", "ssns", "splr") else 20  # the former solve a linear system each

    def first_threshold(self, tolerance, problem):
        """RegOT takes the L2 norm of the gradient; this would be the L1 norm if all its entries were equal."""
        return 1.25 * tolerance / problem.b.shape[-1] ** 0.5

    def solver(self, name, problem):
        cost = numpy.asfortranarray(problem.cost)

        def run(threshold, iterations):
            out = SOLVERS[name](cost, problem.a, problem.b, problem.epsilon, tol=threshold, max_iter=iterations)
            return out.plan, out.niter

        return run

    def to_numpy(self, plan):
        return plan
