"""Records MinAtar's Breakout for BreakoutTest: `pip install minatar`, then `record_minatar.py <folder of resources>`.

One line a step: action, reward, whether the episode ended, then what is observed: ball, trail and paddle as column and
row digits, and the 30 bricks, row by row, as 8 hexadecimal digits. A line of one word begins an episode and says from
which side. The player goes to where the ball will land, but for some random actions; no action is sticky.
"""

import pathlib
import random
import sys

from minatar import Environment

CHANNELS = {"paddle": 0, "ball": 1, "trail": 2, "brick": 3}
STEPS = 2_500


def seen(state):
    """What a line says of an observation."""
    places = ""
    for name in ("ball", "trail", "paddle"):
        (row,), (column,) = state[:, :, CHANNELS[name]].nonzero()
        places += f"{column}{row}"
    bricks = "".join(str(int(brick)) for brick in state[1:4, :, CHANNELS["brick"]].flatten())
    return f"{places} {int(bricks, 2):08x}"


def landing(game):
    """The column above which the ball will be when it meets the paddle."""
    x, y, step = game.ball_x, game.ball_y, 1 if game.ball_dir in (1, 2) else -1
    while game.ball_dir in (2, 3) and y < 8:
        turned = not 0 <= x + step <= 9
        x, y = min(9, max(0, x + step)), y + 1
        step = -step if turned else step
    return x


def main():
    game = Environment("breakout", sticky_action_prob=0.0)
    game.seed(1)
    chance = random.Random(1)
    lines = []
    steps = 0
    while steps < STEPS:
        game.reset()
        lines.append("right" if game.env.ball_x == 9 else "left")
        lines.append(f"- 0 0 {seen(game.state())}")
        ended = False
        while not ended and steps < STEPS:
            wanted = landing(game.env) - game.env.pos
            action = 0 if wanted == 0 else 3 if wanted > 0 else 1
            if chance.random() < 0.03:
                action = chance.randrange(6)
            reward, ended = game.act(action)
            lines.append(f"{action} {reward} {int(ended)} {seen(game.state())}")
            steps += 1
    pathlib.Path(sys.argv[1], "breakout.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
