"""See overhead, which calls this."""

import argparse
import concurrent.futures
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import time

import boto3

SCRIPT = pathlib.Path(__file__).with_name("jobs") / "ticks.py"
BUCKET = "overhead"
LAST = re.compile(r"ran=([0-9.]+) processor=([0-9.]+)")


def processor_time(process):
    """Seconds of a process and its ended children, of /proc."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def submit(sagemaker, options):
    """Returns the job's name, and when it was asked for."""
    s3 = boto3.client("s3")
    if BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=BUCKET)
    job = f"overhead-{time.strftime('%H%M%S')}"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(SCRIPT, SCRIPT.name)
    s3.put_object(Bucket=BUCKET, Key=f"{job}/sourcedir.tar.gz", Body=packed.getvalue())
    settings = {
        "sagemaker_program": SCRIPT.name,
        "sagemaker_submit_directory": f"s3://{BUCKET}/{job}/sourcedir.tar.gz",
        "seconds": options.seconds,
    }
    began = time.monotonic()
    sagemaker.create_training_job(
        TrainingJobName=job,
        RoleArn="arn:aws:iam::000000000000:role/Rein",
        AlgorithmSpecification={"TrainingImage": options.image, "TrainingInputMode": "File"},
        HyperParameters={name: json.dumps(value) for name, value in settings.items()},
        OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}"},
        ResourceConfig={"InstanceType": "ml.t3.medium", "InstanceCount": 1, "VolumeSizeInGB": 1},
        StoppingCondition={"MaxRuntimeInSeconds": 3600},
    )
    return job, began


def said_by(job):
    logs = boto3.client("logs")
    group = "/aws/sagemaker/TrainingJobs"
    stream = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=job)["logStreams"][0]["logStreamName"]
    events = logs.get_log_events(logGroupName=group, logStreamName=stream, limit=20)["events"]
    return "\n".join(event["message"] for event in events)


def as_job(options):
    """Seconds from the call that creates it until it is described as completed, and what its script said."""
    sagemaker = boto3.client("sagemaker")
    job, began = submit(sagemaker, options)
    time.sleep(options.seconds)
    while (described := sagemaker.describe_training_job(TrainingJobName=job))["TrainingJobStatus"] == "InProgress":
        time.sleep(0.2)
    took = time.monotonic() - began
    if described["TrainingJobStatus"] != "Completed":
        raise SystemExit(f"{job}: {described['TrainingJobStatus']}: {described.get('FailureReason')}")
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
