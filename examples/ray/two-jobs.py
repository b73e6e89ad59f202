"""One Ray cluster out of two training jobs, as Amazon's notebook on heterogeneous scaling makes it: the primary job's host
learns, on an instance with a GPU where there is one, and the secondary job's hosts roll out.

Needs Amazon's Python SDK and the addresses and keys of `rein env`. Usage: two-jobs.py [HOSTS [ITERATIONS]] [--current]
trains with Ray 1.6's launcher, or with the current RLlib.

The two jobs meet in S3, under the prefix that both are given, and reach each other because they name the same subnets
and security groups; which names these are is no matter here.
"""

import argparse
import pathlib
import time

import boto3
import sagemaker
from sagemaker.rl import RLEstimator, RLFramework, RLToolkit


def launcher(hosts, iterations):
    """The script and its image, and how the learner is told what to do."""
    return {
        "entry_point": "train-cartpole-ray.py",
        "toolkit": RLToolkit.RAY,
        "toolkit_version": "1.6.0",
        "framework": RLFramework.PYTORCH,
    }, {
        "rl.training.config.framework": "torch",
        "rl.training.config.num_workers": hosts + 1,
        "rl.training.stop.training_iteration": iterations,
    }


def current(hosts, iterations):
    return {"entry_point": "train-current.py", "image_uri": "rein-ray:latest"}, {
        "runners": hosts + 1,
        "iterations": iterations,
    }


def main(hosts, iterations, choice):
    session = sagemaker.Session()
    stamp = time.strftime("%Y%m%d-%H%M%S")
    script, learner = choice(hosts, iterations)
    common = {
        **script,
        "entry_point": str(pathlib.Path(__file__).with_name(script["entry_point"])),
        "role": "SageMakerRole",
        "subnets": ["subnet-0a1b2c3d"],
        "security_group_ids": ["sg-0a1b2c3d"],
        "max_run": 3600,
    }
    meeting = {
        "s3_bucket": session.default_bucket(),
        "s3_prefix": f"two-jobs-{stamp}",
        "aws_region": session.boto_region_name,
    }
    primary = RLEstimator(
        instance_type="ml.p3.2xlarge",
        instance_count=1,
        hyperparameters={
            **meeting,
            "rl_cluster_type": "primary",
            "rl_num_instances_secondary": hosts,
            **learner,
        },
        **common,
    )
    secondary = RLEstimator(
        instance_type="ml.c5.large",
        instance_count=hosts,
        hyperparameters={**meeting, "rl_cluster_type": "secondary"},
        **common,
    )
    primary.fit(job_name=f"primary-{stamp}", wait=False)
    secondary.fit(job_name=f"secondary-{stamp}", wait=False)
    for estimator in (primary, secondary):
        estimator.latest_training_job.wait(logs="None")
    logs = boto3.client("logs")
    group = "/aws/sagemaker/TrainingJobs"
    for estimator in (primary, secondary):
        job = estimator.latest_training_job.name
        streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=job + "/")["logStreams"]
        for stream in streams:
            events = logs.get_log_events(
                logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True)["events"]
            for event in events:
                if any(word in event["message"] for word in ("cluster", "joined", "head", "episode_reward_mean")):
                    print(stream["logStreamName"].rsplit("-", 1)[0], event["message"].strip())
    print("model:", primary.model_data)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("hosts", type=int, nargs="?", default=1, help="of the secondary job")
    parser.add_argument("iterations", type=int, nargs="?", default=3)
    parser.add_argument("--current", action="store_true", help="train with the current RLlib")
    options = parser.parse_args()
    main(options.hosts, options.iterations, current if options.current else launcher)
