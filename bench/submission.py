"""How the measurements of jobs create them: by the platform's own wire API, as any client does."""

import io
import json
import tarfile
import time

import boto3


def create(script, image, hosts, settings):
    """Creates a training job of a script and returns its name. The job, and its bucket, are named after the script."""
    s3 = boto3.client("s3")
    bucket = script.stem
    if bucket not in [known["Name"] for known in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=bucket)
    job = f"{bucket}-{hosts}-{time.strftime('%H%M%S')}"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(script, script.name)
    s3.put_object(Bucket=bucket, Key=f"{job}/sourcedir.tar.gz", Body=packed.getvalue())
    settings = {
        "sagemaker_program": script.name,
        "sagemaker_submit_directory": f"s3://{bucket}/{job}/sourcedir.tar.gz",
    } | settings
    boto3.client("sagemaker").create_training_job(
        TrainingJobName=job,
        RoleArn="arn:aws:iam::000000000000:role/Rein",
        AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"},
        HyperParameters={name: json.dumps(value) for name, value in settings.items()},
        OutputDataConfig={"S3OutputPath": f"s3://{bucket}"},
        ResourceConfig={"InstanceType": "ml.t3.medium", "InstanceCount": hosts, "VolumeSizeInGB": 1},
        StoppingCondition={"MaxRuntimeInSeconds": 3600},
    )
    return job


def completed(job, every):
    """Waits for the job's end, asking every so many seconds. Returns its description, or ends telling why it failed."""
    sagemaker = boto3.client("sagemaker")
    while (described := sagemaker.describe_training_job(TrainingJobName=job))["TrainingJobStatus"] == "InProgress":
        time.sleep(every)
    if described["TrainingJobStatus"] != "Completed":
        raise SystemExit(f"{job}: {described['TrainingJobStatus']}: {described.get('FailureReason')}")
    return described
