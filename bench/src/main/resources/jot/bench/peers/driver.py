"""Times one Python library on the problems of `jot bench peers`.

    python driver.py LIBRARY THREADS

jot writes a request a line to stdin, a JSON object with the key "do", and reads an answer a line: a word, then
what belongs to it, separated by tabs.

    (at the start)                                  ready VERSION, or missing REASON
    problem  cost, a, b, x, y, f, g, gradient: npy  ok
             files or null; epsilon
    solvers  work, batch, dtype                     solvers NAME ...
    prepare  id, work, solver, tolerance,           prepared SECONDS ITERATIONS: after warm-up, one run's
             iterations, max_seconds
    run      id, seconds                            times SECONDS ...
    result   id, file                               ok: the last plan, or gradient, is in the npy file
    forget                                          ok: all that was prepared is dropped

What goes wrong with a request is answered by `failed REASON`; the next request may go well. Times are taken here,
around the call of the library alone, with its answer complete.
"""

import gc
import importlib
import json
import os
import sys
import time

MOST_RUNS = 1000


def take_stdout():
    """The real stdout for answers; what libraries print goes to stderr."""
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return channel


def use_processors(count):
    """As many processors as threads: some libraries have no other limit."""
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, allowed[:count])


def one_line(error):
    text = " ".join(str(error).split())
    return type(error).__name__ + (": " + text[:300] if text else "")


class Driver:
    def __init__(self, peer):
        self.peer = peer
        self.problem = None
        self.prepared = {}

    def answer(self, request):
        return getattr(self, "do_" + request["do"])(request)

    def do_problem(self, request):
        from problem import Problem

        self.prepared.clear()
        self.problem = Problem(request)
        return ["ok"]

    def do_solvers(self, request):
        return ["solvers"] + self.peer.solvers(request["work"], request["batch"], request["dtype"])

    def do_prepare(self, request):
        from contender import backward, solve

        make = backward if request["work"] == "backward" else solve
        contender = make(self.peer, self.problem, request)
        self.prepared[request["id"]] = contender
        return ["prepared", repr(contender.seconds), str(contender.iterations)]

    def do_run(self, request):
        contender = self.prepared[request["id"]]
        times = []
        if contender.seconds < request["seconds"]:
            contender.run()  # others have had the caches since
        end = time.perf_counter() + request["seconds"]
        while not times or (time.perf_counter() < end and len(times) < MOST_RUNS):
            start = time.perf_counter()
            contender.run()
            times.append(time.perf_counter() - start)
        return ["times"] + [repr(t) for t in times]

    def do_result(self, request):
        import numpy

        numpy.save(request["file"], numpy.ascontiguousarray(self.prepared[request["id"]].result()))
        return ["ok"]

    def do_forget(self, request):
        self.prepared.clear()
        self.problem = None
        gc.collect()
        return ["ok"]


def main():
    channel = take_stdout()

    def say(words):
        channel.write("\t".join(words) + "\n")
        channel.flush()

    library, threads = sys.argv[1], int(sys.argv[2])
    use_processors(threads)
    try:
        peer = importlib.import_module("peer_" + library).Peer(threads)
    except Exception as error:
        say(["missing", one_line(error)])
        return
    say(["ready", peer.version])
    driver = Driver(peer)
    gc.disable()  # as timeit does; what is dropped is collected between the problems
    for line in sys.stdin:
        try:
            words = driver.answer(json.loads(line))
        except Exception as error:
            words = ["failed", one_line(error)]
        say(words)


if __name__ == "__main__":
    main()
