"""OTT-JAX, jitted: Sinkhorn in log mode, in kernel mode, and with Anderson acceleration; its implicit backward."""

import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("JAX_ENABLE_X64", "1")

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy  # noqa: E402
import ott  # noqa: E402
from ott.geometry.geometry import Geometry  # noqa: E402
from ott.problems.linear.linear_problem import LinearProblem  # noqa: E402
from ott.solvers.linear import acceleration, sinkhorn  # noqa: E402
from ott.solvers.linear.implicit_differentiation import ImplicitDiff  # noqa: E402


class Peer:
    version = f"{ott.__version__} (JAX {jax.__version__})"

    def __init__(self, threads):
        pass  # the processors given to this process are the limit

    def solvers(self, work, batch, dtype):
        if work == "backward":
            return ["implicit"] if batch == 1 else []
        # Anderson acceleration mixes types where numbers are F32 and JAX knows F64
        all_three = work == "solve" and batch == 1 and dtype == "f64"
        return ["log", "scaling", "anderson"] if all_three else ["log", "scaling"]

    def trial_iterations(self, name):
        return 20

    def first_threshold(self, tolerance, problem):
        return tolerance  # OTT's error is an L1 norm already

    def solver(self, name, problem):
        arrays = tuple(jnp.asarray(v) for v in (problem.cost, problem.a, problem.b))
        compiled = {}

        def run(threshold, iterations):
            key = (threshold, iterations)
            if key not in compiled:
                compiled[key] = self._compile(name, problem, threshold, iterations)
            plan, done = compiled[key](*arrays)
            plan.block_until_ready()
            return plan, int(jnp.max(done))

        return run

    def _compile(self, name, problem, threshold, iterations):
        anderson = acceleration.AndersonAcceleration(memory=5, refresh_every=10) if name == "anderson" else None
        solver = sinkhorn.Sinkhorn(
            lse_mode=name != "scaling",
            threshold=threshold,
            min_iterations=iterations if threshold == 0 else 0,
            max_iterations=iterations,
            anderson=anderson,
        )

        def one(cost, a, b):
            out = solver(LinearProblem(Geometry(cost_matrix=cost, epsilon=problem.epsilon), a, b))
            return out.matrix, out.n_iters

        return jax.jit(jax.vmap(one) if problem.batched else one)

    def backward(self, name, problem, tolerance):
        cost, a, b, f, g = (jnp.asarray(v) for v in (problem.cost, problem.a, problem.b, problem.f, problem.g))
        gradient = jnp.asarray(problem.gradient.astype(problem.dtype))
        # one round of checks from converged potentials: the forward pass is not what is timed
        solver = sinkhorn.Sinkhorn(
            threshold=1e-8,
            max_iterations=10,
            implicit_diff=ImplicitDiff(solver_kwargs={"rtol": tolerance, "atol": 0.0, "max_steps": 100_000}),
        )

        def plan(c):
            problem_of_c = LinearProblem(Geometry(cost_matrix=c, epsilon=problem.epsilon), a, b)
            return solver(problem_of_c, init=(f, g)).matrix

        _, pullback = jax.vjp(jax.jit(plan), cost)
        compiled = jax.jit(lambda pull, v: pull(v)[0])

        def run():
            return compiled(pullback, gradient).block_until_ready(), -1

        return run

    def to_numpy(self, array):
        return numpy.asarray(array)
