"""Records what fixed controllers earn in Gymnasium's LunarLander, for LunarLanderTest.

Usage: record_lander.py OUTPUT.csv. Needs gymnasium and box2d. A line a case: its name, then the return and the length of
each episode, as return:length.
"""

import csv
import sys

import gymnasium
import numpy
from gymnasium.envs.box2d.lunar_lander import heuristic

EPISODES = 200
WINDY = {"enable_wind": True}

CONTROLLERS = {
    "heuristic": lambda env, seen: heuristic(env, seen),
    "random": lambda env, seen: env.action_space.sample(),
    "nothing": lambda env, seen: [0, 0] if env.unwrapped.continuous else 0,
}
CASES = [(c, k, {}) for c in CONTROLLERS for k in (False, True)] + [("heuristic", k, WINDY) for k in (False, True)]

with open(sys.argv[1], "w", newline="") as file:
    out = csv.writer(file, lineterminator="\n")
    for controller, continuous, options in CASES:
        env = gymnasium.make("LunarLander-v3", continuous=continuous, **options)
        env.action_space.seed(1)
        row = [f"{controller}-{'continuous' if continuous else 'discrete'}{'-windy' if options else ''}"]
        for episode in range(EPISODES):
            seen, _ = env.reset(seed=episode)
            earned, steps, over = 0.0, 0, False
            while not over:
                action = CONTROLLERS[controller](env, seen)
                if continuous:
                    action = numpy.asarray(action, dtype=numpy.float32)
                seen, reward, terminated, truncated, _ = env.step(action)
                earned += float(reward)
                steps += 1
                over = terminated or truncated
            row.append(f"{earned:.1f}:{steps}")
        out.writerow(row)
        file.flush()
