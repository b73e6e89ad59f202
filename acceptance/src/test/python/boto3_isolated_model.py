"""A model with EnableNetworkIsolation whose Python handler says what it can reach, and is asked through its endpoint."""

import io
import json
import os
import tarfile

import boto3

HANDLER = """
import json
import socket


def model_fn(model_dir):
    return None


def input_fn(body, content_type):
    return json.loads(body)


def predict_fn(data, model):
    ways = []
    for host, port in data:
        try:
            socket.create_connection((host, port), timeout=5).close()
            ways.append(True)
        except OSError:
            ways.append(False)
    return {"networks": sorted(name for _, name in socket.if_nameindex()), "ways": ways}


def output_fn(answer, accept):
    return json.dumps(answer)
"""

NAME = "isolated"
s3, sagemaker, runtime = (boto3.client(name) for name in ("s3", "sagemaker", "sagemaker-runtime"))

archive = io.BytesIO()
with tarfile.open(fileobj=archive, mode="w:gz") as tar:
    entry = tarfile.TarInfo("code/inference.py")
    entry.size = len(HANDLER)
    tar.addfile(entry, io.BytesIO(HANDLER.encode()))
s3.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": os.environ["AWS_REGION"]})
s3.put_object(Bucket=NAME, Key="model.tar.gz", Body=archive.getvalue())
sagemaker.create_model(
    ModelName=NAME,
    ExecutionRoleArn="arn:aws:iam::000000000000:role/ReinRole",
    EnableNetworkIsolation=True,
    PrimaryContainer={"Image": "rein-gymnasium", "ModelDataUrl": f"s3://{NAME}/model.tar.gz"},
)
sagemaker.create_endpoint_config(
    EndpointConfigName=NAME,
    ProductionVariants=[
        {"VariantName": "all", "ModelName": NAME, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}],
)
sagemaker.create_endpoint(EndpointName=NAME, EndpointConfigName=NAME)
sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=NAME, WaiterConfig={"Delay": 1, "MaxAttempts": 300})

# the platform's own two doors, open on this machine, and an address of the world
targets = [os.environ[name].removeprefix("http://").split(":") for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3")]
targets = [[host, int(port)] for host, port in targets] + [["192.0.2.1", 443]]
answer = json.loads(runtime.invoke_endpoint(
    EndpointName=NAME, ContentType="application/json", Body=json.dumps(targets))["Body"].read())
assert answer == {"networks": ["lo"], "ways": [False, False, False]}, answer
sagemaker.delete_endpoint(EndpointName=NAME)
