"""Records traces of Gymnasium's CartPole-v1 for CartPoleTest.

Usage: record_cartpole.py OUTPUT.csv. Needs gymnasium. Columns: episode, the four floats of the state before, the action,
the four of the state after, reward, terminated, truncated.
"""

import csv
import sys

import gymnasium

env = gymnasium.make("CartPole-v1")
with open(sys.argv[1], "w", newline="") as file:
    out = csv.writer(file, lineterminator="\n")
    for episode in range(6):
        env.reset(seed=episode)
        env.action_space.seed(episode)
        ended = False
        while not ended:
            before = [repr(float(x)) for x in env.unwrapped.state]
            # odd episodes are random, even ones balance, so that long episodes and every way to fall are there
            x, v, angle, spin = env.unwrapped.state
            action = env.action_space.sample() if episode % 2 else int(angle + 0.25 * spin + 0.02 * x + 0.04 * v > 0)
            _, reward, terminated, truncated, _ = env.step(action)
            ended = terminated or truncated
            after = [repr(float(x)) for x in env.unwrapped.state]
            out.writerow([episode, *before, int(action), *after, reward, int(terminated), int(truncated)])
