"""How much was done in a second, by the clock and by the processor time of this process: what `bench/speed` reads."""

import time


def rate(work):
    """Runs `work`, which returns how much it did."""
    wall, cpu = time.perf_counter(), time.process_time()
    done = work()
    cpu = time.process_time() - cpu
    return done / (time.perf_counter() - wall), done / cpu


def best(work, rounds):
    """The best of some rounds by processor time."""
    return max((rate(work) for _ in range(rounds)), key=lambda pair: pair[1])


def show(pair):
    print("per_second=%.1f per_cpu_second=%.1f" % pair)
