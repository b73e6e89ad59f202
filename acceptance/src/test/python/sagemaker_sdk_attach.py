"""RLEstimator.attach of the unmodified SageMaker Python SDK on a job of the Java SDK, and a job for the other way round.

Usage: sagemaker_sdk_attach.py JAVA_JOB SCRIPT PYTHON_JOB. Addresses and keys are in AWS's own environment variables.
"""

import sys

import boto3
import sagemaker
from sagemaker.rl import RLEstimator

java_job, script, python_job = sys.argv[1:]
session = sagemaker.Session(boto3.Session(), default_bucket="attach-bucket")

attached = RLEstimator.attach(java_job, sagemaker_session=session)
assert attached.latest_training_job.name == java_job
assert attached.image_uri == "rein-toolkit:latest", attached.image_uri
assert attached.entry_point == "train.sh", attached.entry_point
assert attached.source_dir.endswith(f"/{java_job}/source/sourcedir.tar.gz"), attached.source_dir
assert attached.hyperparameters()["steps"] == "7", attached.hyperparameters()
assert attached.max_run == 100 and attached.volume_size == 2
assert attached.max_retry_attempts == 2
assert attached.tags == [{"Key": "team", "Value": "rl"}], attached.tags
assert attached.model_data.endswith("/output/model.tar.gz")

RLEstimator(
    entry_point=script,
    image_uri="rein-toolkit:latest",
    role="arn:aws:iam::000000000000:role/ReinRole",
    instance_type="ml.m5.large",
    instance_count=1,
    sagemaker_session=session,
    hyperparameters={"steps": 9, "name": "a b"},
    metric_definitions=[{"Name": "m", "Regex": "m=(.*)"}],
    environment={"A": "b"},
    tags=[{"Key": "team", "Value": "python"}],
    max_run=200,
).fit(job_name=python_job, wait=False)
print("OK")
