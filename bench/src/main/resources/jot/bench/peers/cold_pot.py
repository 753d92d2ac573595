"""A whole process, from nothing to a plan on the disk: what `jot solve` is compared with.

    python cold_pot.py COST.npy A.npy B.npy EPSILON THRESHOLD PLAN.npy
"""

import sys

import numpy
import ot

cost, a, b = (numpy.load(file) for file in sys.argv[1:4])
plan = ot.sinkhorn(a, b, cost, float(sys.argv[4]), stopThr=float(sys.argv[5]), numItermax=100_000)
numpy.save(sys.argv[6], plan)
