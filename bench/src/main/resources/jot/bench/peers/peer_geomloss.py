"""GeomLoss, tensorized: its symmetric loop with annealing, and then rounds at the wanted ε until the residual is met.

GeomLoss stops after its annealing, far above any tolerance used here, so it is given as many more rounds as it needs;
a round updates both potentials, as a sweep does.
"""

import geomloss
import torch

try:
    from geomloss._legacy.sinkhorn_divergence import sinkhorn_loop
    from geomloss._legacy.sinkhorn_samples import softmin_tensorized
except ImportError:  # before 0.3
    from geomloss.sinkhorn_divergence import sinkhorn_loop
    from geomloss.sinkhorn_samples import softmin_tensorized

ANNEALING = 0.25  # of ε, a round: half of the blur, GeomLoss's default
FIRST_ROUNDS = 16
BISECTIONS = 3


class Peer:
    version = geomloss.__version__

    def __init__(self, threads):
        torch.set_num_threads(threads)

    def solvers(self, work, batch, dtype):
        return [] if work == "backward" else ["tensorized"]

    def trial_iterations(self, name):
        return 20

    def first_threshold(self, tolerance, problem):
        return tolerance

    def solver(self, name, problem):
        batch = problem.cost.shape[0] if problem.batched else 1
        cost = torch.from_numpy(problem.cost).reshape((batch,) + problem.cost.shape[-2:])
        transposed = cost.transpose(1, 2).contiguous()
        a = torch.from_numpy(problem.a).reshape(batch, -1)
        b = torch.from_numpy(problem.b).reshape(batch, -1)
        log_a, log_b = a.log(), b.log()
        largest = float(cost.max())
        wanted = {}

        def rounds_at(schedule):
            with torch.inference_mode():
                _, _, g, f = sinkhorn_loop(
                    softmin_tensorized,
                    log_a, log_b, None, None, cost, transposed, schedule, None, debias=False,
                )  # fmt: skip
                exponent = (f.unsqueeze(2) + g.unsqueeze(1) - cost) / problem.epsilon
                return (exponent + log_a.unsqueeze(2) + log_b.unsqueeze(1)).exp()

        def annealed(rounds):
            schedule = []
            epsilon = largest
            while epsilon > problem.epsilon:
                schedule.append(epsilon)
                epsilon *= ANNEALING
            return schedule + [problem.epsilon] * rounds

        def rounds_for(threshold, iterations):
            def met(rounds):
                return not problem.residual(rounds_at(annealed(rounds)).numpy().reshape(problem.cost.shape)) > threshold

            few, many = 0, FIRST_ROUNDS
            while many < iterations and not met(many):
                few, many = many, 2 * many
            if many >= iterations:
                return iterations
            for _ in range(BISECTIONS):
                middle = (few + many) // 2
                few, many = (few, middle) if met(middle) else (middle, many)
            return many

        def run(threshold, iterations):
            if threshold == 0:
                return rounds_at([problem.epsilon] * iterations), iterations
            if threshold not in wanted:
                wanted[threshold] = rounds_for(threshold, iterations)
            return rounds_at(annealed(wanted[threshold])), wanted[threshold]

        self.shape = problem.cost.shape
        return run

    def to_numpy(self, plan):
        return plan.numpy().reshape(self.shape)
