"""Steps a second of CartPole-v1 as one batch: stepping.py <envpool|gymnasium> <environments> <threads>."""

import sys

import numpy
from rate import best, show

peer, count, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if peer == "envpool":
    import envpool

    environments = envpool.make("CartPole-v1", env_type="gymnasium", num_envs=count, num_threads=threads)
    times = max(1, 1_000_000 // count)
else:
    import gymnasium

    environments = gymnasium.make_vec("CartPole-v1", num_envs=count)  # its NumPy implementation of the whole batch
    times = max(1, 1_000_000 // count)
actions = numpy.random.default_rng(1).integers(0, 2, (64, count)).astype(numpy.int32)
environments.reset()


def step():
    for i in range(times):
        environments.step(actions[i % 64])
    return times * count


step()  # warm-up
show(best(step, 5))
