"""POT, on numpy arrays."""

import warnings

import numpy
import ot
from ot import batch as ot_batch


class Peer:
    version = ot.__version__

    def __init__(self, threads):
        warnings.simplefilter("ignore")  # a solve that stops early is seen in its residual
        numpy.seterr(all="ignore")

    def solvers(self, work, batch, dtype):
        if work == "backward":
            return []
        return ["batch_log"] if batch > 1 else ["sinkhorn", "sinkhorn_log"]

    def trial_iterations(self, name):
        return 20

    def first_threshold(self, tolerance, problem):
        """POT takes the L2 norm of one marginal; this would be the L1 norm if all its entries were equal."""
        return 1.25 * tolerance / problem.b.shape[-1] ** 0.5

    def solver(self, name, problem):
        c, a, b, epsilon = problem.cost, problem.a, problem.b, problem.epsilon
        if name == "batch_log":

            def many(threshold, iterations):
                out = ot_batch.bregman_log_projection_batch(-c / epsilon, a, b, max_iter=iterations, tol=threshold)
                return out["T"], out["n_iters"] + 1

            return many

        def one(threshold, iterations):
            plan, log = ot.sinkhorn(
                a, b, c, epsilon, method=name, numItermax=iterations, stopThr=threshold, log=True, warn=False
            )
            return plan, log["niter"] + 1

        return one

    def to_numpy(self, plan):
        return plan
