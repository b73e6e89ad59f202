"""The whole way of a job with unmodified boto3: create, wait, logs, artifact, model, endpoint, invoke, delete.

Usage: boto3_life_of_a_job.py ENTRY_POINT STEPS. Everything else, addresses and keys, is in AWS's own environment variables.
"""

import io
import json
import sys
import tarfile
import time
import uuid

import boto3
from botocore.exceptions import ClientError

entry_point, steps = sys.argv[1], sys.argv[2]
name = "boto3-" + uuid.uuid4().hex[:12]
bucket = "boto3-" + uuid.uuid4().hex[:12]
role = "arn:aws:iam::000000000000:role/ReinRole"

s3 = boto3.client("s3")
sagemaker = boto3.client("sagemaker")
runtime = boto3.client("sagemaker-runtime")
logs = boto3.client("logs")

account = boto3.client("sts").get_caller_identity()["Account"]
assert len(account) == 12, account
assert boto3.client("iam").get_role(RoleName="ReinRole")["Role"]["Arn"].endswith(":role/ReinRole")

s3.create_bucket(
    Bucket=bucket,
    CreateBucketConfiguration={"LocationConstraint": boto3.session.Session().region_name},
)
archive = io.BytesIO()
with tarfile.open(fileobj=archive, mode="w:gz") as tar:
    tar.add(entry_point, arcname="CartPole.java")
s3.put_object(Bucket=bucket, Key=f"{name}/source/sourcedir.tar.gz", Body=archive.getvalue())

created = sagemaker.create_training_job(
    TrainingJobName=name,
    RoleArn=role,
    AlgorithmSpecification={
        "TrainingImage": "rein-toolkit:latest",
        "TrainingInputMode": "File",
        "MetricDefinitions": [
            {"Name": "evaluation_return_mean", "Regex": r"evaluation_return_mean=([-0-9.eE]+)"},
        ],
    },
    HyperParameters={
        "sagemaker_program": json.dumps("CartPole.java"),
        "sagemaker_submit_directory": json.dumps(f"s3://{bucket}/{name}/source/sourcedir.tar.gz"),
        "steps": steps,
        "seed": "3",
    },
    OutputDataConfig={"S3OutputPath": f"s3://{bucket}/"},
    ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
    StoppingCondition={"MaxRuntimeInSeconds": 600},
    Tags=[{"Key": "project", "Value": "acceptance"}],
)
assert created["TrainingJobArn"].endswith(f":training-job/{name}"), created

try:
    sagemaker.create_training_job(
        TrainingJobName=name,
        RoleArn=role,
        AlgorithmSpecification={"TrainingImage": "rein-toolkit:latest", "TrainingInputMode": "File"},
        OutputDataConfig={"S3OutputPath": f"s3://{bucket}/"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        StoppingCondition={"MaxRuntimeInSeconds": 600},
    )
    raise AssertionError("a second job of the same name was accepted")
except sagemaker.exceptions.ResourceInUse as error:
    print("same name again:", error)

sagemaker.get_waiter("training_job_completed_or_stopped").wait(
    TrainingJobName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 300}
)
job = sagemaker.describe_training_job(TrainingJobName=name)
assert job["TrainingJobStatus"] == "Completed", (job["TrainingJobStatus"], job.get("FailureReason"))
assert [t["Status"] for t in job["SecondaryStatusTransitions"]][-1] == "Completed", job["SecondaryStatusTransitions"]
score = {m["MetricName"]: m["Value"] for m in job["FinalMetricDataList"]}["evaluation_return_mean"]
print("evaluation_return_mean", score)
assert sagemaker.list_tags(ResourceArn=job["TrainingJobArn"])["Tags"] == [{"Key": "project", "Value": "acceptance"}]
listed = sagemaker.list_training_jobs(NameContains=name)["TrainingJobSummaries"]
assert [j["TrainingJobName"] for j in listed] == [name], listed

group = "/aws/sagemaker/TrainingJobs"
streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=name + "/")
assert "nextToken" not in streams
(stream,) = [s["logStreamName"] for s in streams["logStreams"]]
assert stream.startswith(f"{name}/algo-1-"), stream
messages, token = [], None
while True:
    page = logs.get_log_events(
        logGroupName=group, logStreamName=stream, startFromHead=True, **({"nextToken": token} if token else {})
    )
    messages += [e["message"] for e in page["events"]]
    if page["nextForwardToken"] == token:
        break
    token = page["nextForwardToken"]
assert any("evaluation_return_mean=" in m for m in messages), messages[-20:]
assert logs.filter_log_events(logGroupName=group, logStreamNamePrefix=name, filterPattern="evaluation_return_mean")["events"]

uri = job["ModelArtifacts"]["S3ModelArtifacts"]
assert uri == f"s3://{bucket}/{name}/output/model.tar.gz", uri
model = s3.get_object(Bucket=bucket, Key=f"{name}/output/model.tar.gz")["Body"].read()
with tarfile.open(fileobj=io.BytesIO(model)) as tar:
    members = sorted(m.name for m in tar.getmembers() if m.isfile())
assert "policy.onnx" in members and "policy.rein" in members, members

sagemaker.create_model(
    ModelName=name,
    ExecutionRoleArn=role,
    PrimaryContainer={"Image": "rein-toolkit:latest", "ModelDataUrl": uri},
)
sagemaker.create_endpoint_config(
    EndpointConfigName=name,
    ProductionVariants=[
        {"VariantName": "AllTraffic", "ModelName": name, "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
    ],
)
started = time.time()
sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
print("endpoint in service after %.1f s" % (time.time() - started))
answer = runtime.invoke_endpoint(
    EndpointName=name, ContentType="application/json", Body=json.dumps({"observation": [0.0, 0.0, 0.05, 0.1]})
)
action = json.loads(answer["Body"].read())["action"]
assert action in (0, 1), action
batch = runtime.invoke_endpoint(
    EndpointName=name, ContentType="application/json", Body=json.dumps({"instances": [[0, 0, 0.2, 1.0], [0, 0, -0.2, -1.0]]})
)
assert json.loads(batch["Body"].read())["predictions"] == [1, 0]
try:
    runtime.invoke_endpoint(EndpointName=name, ContentType="application/json", Body=b'{"observation": [1, 2]}')
    raise AssertionError("an observation of the wrong length was accepted")
except runtime.exceptions.ModelError as error:
    print("wrong length:", error)

sagemaker.delete_endpoint(EndpointName=name)
for _ in range(100):
    try:
        sagemaker.describe_endpoint(EndpointName=name)
    except ClientError as error:
        assert "Could not find endpoint" in str(error), error
        break
    time.sleep(0.2)
else:
    raise AssertionError("the endpoint is still there")
sagemaker.delete_endpoint_config(EndpointConfigName=name)
sagemaker.delete_model(ModelName=name)
print("OK")
