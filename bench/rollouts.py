"""See rollouts, which calls this."""

import argparse
import json
import pathlib
import statistics

import boto3

import submission

SCRIPT = pathlib.Path(__file__).with_name("jobs") / "rollouts.py"
COLUMNS = "hosts workers wait reward iterations steps steps/s sampling learning weights begin end".split()


def submit(hosts, options):
    """Runs a job to its end. Returns its name, and its description."""
    settings = {
        "rl.training.config.env_config.wait": options.wait / 1000,
        "rl.training.config.train_batch_size": options.batch,
    }
    if options.iterations:
        settings["rl.training.stop.training_iteration"] = options.iterations
    job = submission.create(SCRIPT, "rein-ray:2.3.1", hosts, settings)
    return job, submission.completed(job, every=2)


def results(job):
    """What RLlib noted after each iteration."""
    s3 = boto3.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=SCRIPT.stem, Prefix=f"{job}/output/intermediate/")
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    key = next(key for key in keys if key.endswith("result.json"))
    return [json.loads(line) for line in s3.get_object(Bucket=SCRIPT.stem, Key=key)["Body"].read().splitlines()]


def row(hosts, options):
    job, described = submit(hosts, options)
    noted = results(job)
    later = noted[1:] or noted  # the first iteration is full of beginnings

    def median(of):
        return statistics.median(of(one) for one in later)

    def timer(name):
        return median(lambda one: one["timers"].get(name, 0)) / 1000

    whole = median(lambda one: one["time_this_iter_s"])
    learning = timer("learn_time_ms") + timer("load_time_ms")
    weights = timer("synch_weights_time_ms")
    steps = median(lambda one: one["num_env_steps_sampled_this_iter"])
    began = described["TrainingStartTime"].timestamp()
    ended = described["TrainingEndTime"].timestamp()
    first = noted[0]["timestamp"] - noted[0]["time_this_iter_s"]
    return [
        hosts, noted[-1]["config"]["num_workers"], f"{options.wait:g} ms",
        f"{max(one['episode_reward_mean'] for one in noted):.0f}", len(noted), noted[-1]["timesteps_total"],
        f"{steps / whole:.0f}", f"{whole - learning - weights:.2f} s", f"{learning:.2f} s", f"{weights:.2f} s",
        f"{first - began:.0f} s", f"{ended - noted[-1]['timestamp']:.0f} s",
    ]


def main():
    parser = argparse.ArgumentParser(prog="rollouts")
    parser.add_argument("--wait", type=float, default=0, help="milliseconds that each step of an environment waits")
    parser.add_argument("--iterations", type=int, help="end after so many (default: at a reward of 150)")
    parser.add_argument("--batch", type=int, default=2000, help="steps of an iteration (default: %(default)s)")
    parser.add_argument("hosts", type=int, nargs="*", default=[1, 2, 3])
    options = parser.parse_args()
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS), flush=True)
    for hosts in options.hosts:
        print("| " + " | ".join(map(str, row(hosts, options))) + " |", flush=True)


if __name__ == "__main__":
    main()
