"""See overhead, which calls this."""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import boto3

import submission

SCRIPT = pathlib.Path(__file__).with_name("jobs") / "ticks.py"
LAST = re.compile(r"ran=([0-9.]+) processor=([0-9.]+)")


def processor_time(process):
    """Seconds of a process and its ended children, of /proc."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def said_by(job):
    logs = boto3.client("logs")
    group = "/aws/sagemaker/TrainingJobs"
    stream = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=job)["logStreams"][0]["logStreamName"]
    events = logs.get_log_events(logGroupName=group, logStreamName=stream, limit=20)["events"]
    return "\n".join(event["message"] for event in events)


def as_job(options):
    """Seconds from the call that creates it until it is described as completed, and what its script said."""
    began = time.monotonic()
    job = submission.create(SCRIPT, options.image, 1, {"seconds": options.seconds})
    time.sleep(options.seconds)
    submission.completed(job, every=0.2)
    took = time.monotonic() - began
    return took, said_by(job)


def by_itself(options):
    """The same of the script alone."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        said = subprocess.run(
            [sys.executable, SCRIPT, "--seconds", str(options.seconds)],
            stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, "SM_MODEL_DIR": folder},
        ).stdout
        return time.monotonic() - began, said


def main():
    parser = argparse.ArgumentParser(prog="overhead")
    parser.add_argument("--seconds", type=float, default=300, help="the script's length (default: %(default)s)")
    parser.add_argument("--image", default="rein-toolkit:latest", help="(default: %(default)s)")
    options = parser.parse_args()
    server = os.environ["REIN_BENCH_SERVER"]
    before = processor_time(server)
    with concurrent.futures.ThreadPoolExecutor() as both:
        bare = both.submit(by_itself, options)
        job = both.submit(as_job, options)
    served = processor_time(server) - before
    print("| | whole | script ran | its processor time | around it |\n|---|---|---|---|---|")
    for name, (took, said) in {"bare": bare.result(), "job": job.result()}.items():
        ran, processor = map(float, LAST.findall(said)[-1])
        around = f"{took - ran:.1f} s, {100 * (took - ran) / ran:.1f} %"
        print(f"| {name} | {took:.1f} s | {ran:.1f} s | {processor:.1f} s | {around} |")
    print(f"\nThe platform's processor time meanwhile: {served:.1f} s")


if __name__ == "__main__":
    main()
