"""Records traces of Gymnasium's classic control for ClassicControlTest.

Usage: record_classic.py ENVIRONMENT OUTPUT.csv. Needs gymnasium. Columns: the state before, the action, the observation
after, reward, terminated. Actions are random, or pump energy into the system, so that goals are reached.
"""

import csv
import math
import sys

import gymnasium
import numpy

PUMPS = {
    "Acrobot-v1": lambda s: int(s[3] > 0) * 2 if abs(s[3]) > 1e-3 else 1,
    "MountainCar-v0": lambda s: 2 if s[1] >= 0 else 0,
    "MountainCarContinuous-v0": lambda s: [1.3 * math.copysign(1, s[1])],
    "Pendulum-v1": lambda s: [2.5 * math.copysign(1, s[1])],
}

name = sys.argv[1]
env = gymnasium.make(name)
with open(sys.argv[2], "w", newline="") as file:
    out = csv.writer(file, lineterminator="\n")
    for episode in range(4):
        env.reset(seed=episode)
        env.action_space.seed(episode)
        for _ in range(200):
            before = [float(x) for x in env.unwrapped.state]
            action = env.action_space.sample() if episode % 2 else PUMPS[name](before)
            if name.startswith(("Pendulum", "MountainCarC")):
                action = numpy.asarray(action, dtype=numpy.float32)
            seen, reward, terminated, truncated, _ = env.step(action)
            values = [*before, *([float(action[0])] if hasattr(action, "__len__") else [int(action)])]
            out.writerow([repr(v) for v in [*values, *map(float, seen), float(reward)]] + [int(terminated)])
            if terminated or truncated:
                break
