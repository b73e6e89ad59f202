"""Records Gymnasium's toy text for ToyTextTest.

Usage: record_toy.py OUTPUT_FOLDER. Needs gymnasium. Writes a transition table of each environment that has one, as
lines of state, action, probability, next state, reward, terminated; of Taxi also the mask of each state; and of
Blackjack how often fixed policies earn what.
"""

import collections
import csv
import pathlib
import sys

import gymnasium

TABLES = {
    "frozenlake4x4": ("FrozenLake-v1", {}),
    "frozenlake4x4-firm": ("FrozenLake-v1", {"is_slippery": False}),
    "frozenlake8x8": ("FrozenLake8x8-v1", {"success_rate": 0.8}),
    "cliffwalking": ("CliffWalking-v1", {}),
    "cliffwalking-slippery": ("CliffWalkingSlippery-v1", {}),
    "taxi": ("Taxi-v4", {}),
}
HANDS = 20_000

folder = pathlib.Path(sys.argv[1])


def write(name, rows):
    with open(folder / f"{name}.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


for name, (id, options) in TABLES.items():
    env = gymnasium.make(id, **options).unwrapped
    write(
        name,
        (
            (s, a, repr(float(p)), int(to), int(r), int(end))
            for s in env.P
            for a in env.P[s]
            for p, to, r, end in env.P[s][a]
        ),
    )
    if name == "taxi":
        write("taxi-masks", ([s, *map(int, env.action_mask(s))] for s in env.P))

rows = []
for natural, options in {
    "ORDINARY": {"sab": False, "natural": False},
    "PAYS_HALF_MORE": {"sab": False, "natural": True},
    "WINS": {},
}.items():
    for threshold in (12, 17, 20):
        env = gymnasium.make("Blackjack-v1", **options)
        earned = collections.Counter()
        env.reset(seed=threshold)
        for _ in range(HANDS):
            (total, _, _), _ = env.reset()
            done = False
            while not done:
                (total, _, _), reward, done, _, _ = env.step(int(total < threshold))
            earned[reward] += 1
        rows.append([natural, threshold, *(earned[r] / HANDS for r in (-1.0, 0.0, 1.0, 1.5))])
write("blackjack", rows)
