"""A library's solver made ready to be timed.

A solver is a function of (threshold, iterations) that returns (answer, iterations done). It stops by its own rule at
its own threshold, whose norm differs from library to library. So that all stop at the same L1 residual, the threshold
is lowered before anything is timed until the plan meets the tolerance.
"""

import time

MOST_ITERATIONS = 1_000_000
MOST_TRIALS = 12


class Contender:
    def __init__(self, call, to_numpy):
        self.call = call
        self.to_numpy = to_numpy
        self.answer = None
        self.iterations = -1
        self.seconds = 0.0

    def run(self):
        self.answer, self.iterations = self.call()

    def warm_up(self, long=float("inf")):
        """Twice, so that what the first call compiles or allocates is there; once if it takes long."""
        for _ in range(2):
            start = time.perf_counter()
            self.run()
            self.seconds = time.perf_counter() - start
            if self.seconds > long:
                return

    def result(self):
        return self.to_numpy(self.answer)


def solve(peer, problem, request):
    """Forward: a fixed number of iterations where the request names one, else to the tolerance."""
    solver = peer.solver(request["solver"], problem)
    iterations = request["iterations"]
    if iterations:
        contender = Contender(lambda: solver(0.0, iterations), peer.to_numpy)
        contender.warm_up()
        return contender
    return to_tolerance(peer, request["solver"], solver, problem, request["tolerance"], request["max_seconds"])


def to_tolerance(peer, name, solver, problem, tolerance, max_seconds):
    limit = iterations_within(solver, peer.trial_iterations(name), max_seconds)
    threshold = peer.first_threshold(tolerance, problem)
    for _ in range(MOST_TRIALS):
        contender = Contender(lambda threshold=threshold: solver(threshold, limit), peer.to_numpy)
        contender.warm_up(max_seconds)
        residual = problem.residual(contender.result())
        if not residual > tolerance or contender.seconds > max_seconds:
            break
        if contender.iterations >= limit:
            if contender.seconds > max_seconds / 2:
                break
            limit *= 2  # later iterations cost less than the first ones
        else:
            threshold *= min(0.9, 0.8 * tolerance / residual)
    return contender


def iterations_within(solver, trial, max_seconds):
    """How many iterations take about so long, judged by a few: libraries cannot be stopped by the clock."""
    solver(0.0, trial)
    start = time.perf_counter()
    done = max(1, solver(0.0, trial)[1])
    one = (time.perf_counter() - start) / done
    return int(max(trial, min(MOST_ITERATIONS, max_seconds / one)))


def backward(peer, problem, request):
    """The backward pass alone, at jot's converged potentials."""
    contender = Contender(peer.backward(request["solver"], problem, request["tolerance"]), peer.to_numpy)
    contender.warm_up()
    return contender
