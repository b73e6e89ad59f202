"""A job whose length is known beforehand: works for some milliseconds and prints a line ten times a second, by the
clock. Prints how long it ran and the processor time that it took.

Usage: ticks.py --seconds S. Leaves a megabyte as its model.
"""

import argparse
import os
import pathlib
import time

TICK = 0.1
LOOPS = 20_000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=300)
    options = parser.parse_args()
    began = time.monotonic()
    total = 0
    for tick in range(round(options.seconds / TICK)):
        for i in range(LOOPS):
            total += i * tick
        print(f"tick={tick} total={total}", flush=True)
        time.sleep(max(0.0, began + (tick + 1) * TICK - time.monotonic()))
    model = pathlib.Path(os.environ.get("SM_MODEL_DIR", "."))
    (model / "model.bin").write_bytes(os.urandom(1 << 20))
    print(f"ran={time.monotonic() - began:.3f} processor={time.process_time():.3f}", flush=True)


if __name__ == "__main__":
    main()
