import datetime
import os
import urllib.request

import boto3
import botocore.auth
from botocore.config import Config
from botocore.exceptions import ClientError

NO_RETRY = Config(retries={"max_attempts": 0}, parameter_validation=False, read_timeout=20)


def client(service, key=os.environ["AWS_ACCESS_KEY_ID"], secret=os.environ["AWS_SECRET_ACCESS_KEY"], **options):
    return boto3.client(
        service, config=NO_RETRY, aws_access_key_id=key, aws_secret_access_key=secret, **options)


def refused(call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        return e.response["ResponseMetadata"]["HTTPStatusCode"], e.response["Error"]["Code"], e.response["Error"]["Message"], e
    raise AssertionError("not refused")


# identity
identity = client("sts").get_caller_identity()
assert identity["Account"] == "000000000000", identity
assert identity["Arn"] == "arn:aws:sts::000000000000:assumed-role/ReinRole/rein", identity
role = client("iam").get_role(RoleName="ReinRole")["Role"]
assert role["Arn"] == "arn:aws:iam::000000000000:role/ReinRole", role
status, code, message, e = refused(client("iam").get_role, RoleName="Nobody")
assert (status, code) == (404, "NoSuchEntity"), (status, code)
assert type(e).__name__ == "NoSuchEntityException", e
status, code, message, e = refused(client("iam").get_role, RoleName="no such role!")
assert (status, code) == (400, "ValidationError"), (status, code, message)

# signatures
status, code, message, _ = refused(client("sts", secret="wrong" * 8).get_caller_identity)
assert (status, code) == (403, "SignatureDoesNotMatch"), (status, code)
status, code, message, _ = refused(client("sts", key="AKIAUNKNOWN").get_caller_identity)
assert (status, code) == (403, "InvalidClientTokenId"), (status, code)
status, code, message, _ = refused(client("sagemaker", secret="wrong" * 8).list_models)
assert (status, code) == (403, "InvalidSignatureException"), (status, code)
assert message.startswith("The request signature we calculated does not match"), message
status, code, message, _ = refused(client("sagemaker", key="AKIAUNKNOWN").list_models)
assert (status, code, message) == (
    403, "UnrecognizedClientException", "The security token included in the request is invalid."), (status, code)

for hours, word in ((-1, "Signature expired: "), (1, "Signature not yet current: ")):
    def shifted(*args, **kwargs):
        return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + datetime.timedelta(hours=hours)

    kept, botocore.auth.get_current_datetime = botocore.auth.get_current_datetime, shifted
    status, code, message, _ = refused(client("sagemaker").list_models)
    botocore.auth.get_current_datetime = kept
    assert (status, code) == (403, "InvalidSignatureException"), (status, code)
    assert message.startswith(word), message

# a presigned GET, as tools that prove who they are by a URL use
url = boto3.client("sts", region_name="us-west-2").generate_presigned_url("get_caller_identity", HttpMethod="GET")
assert b"<Account>000000000000</Account>" in urllib.request.urlopen(url).read()

# SageMaker
sagemaker = client("sagemaker")
job = dict(
    TrainingJobName="mine",
    RoleArn=role["Arn"],
    AlgorithmSpecification=dict(TrainingImage="rein-toolkit:latest", TrainingInputMode="File"),
    OutputDataConfig=dict(S3OutputPath="s3://bucket/out"),
    ResourceConfig=dict(InstanceType="ml.local", InstanceCount=1, VolumeSizeInGB=1),
    StoppingCondition=dict(MaxRuntimeInSeconds=60),
    HyperParameters={"a": "1", "b": "\"x\""},
)
made = sagemaker.create_training_job(**job)
assert made["TrainingJobArn"] == "arn:aws:sagemaker:us-west-2:000000000000:training-job/mine", made
elsewhere = client("sagemaker", region_name="eu-north-1").create_training_job(**job)
assert elsewhere["TrainingJobArn"].startswith("arn:aws:sagemaker:eu-north-1:"), elsewhere
status, code, message, e = refused(sagemaker.create_training_job, **dict(job, TrainingJobName="taken"))
assert (status, code, type(e).__name__) == (400, "ResourceInUse", "ResourceInUse"), (status, code, e)
status, code, message, e = refused(sagemaker.create_training_job, **dict(job, TrainingJobName="broken"))
assert (status, code) == (500, "InternalFailure"), (status, code)
assert "a bug" not in message, message
status, code, message, e = refused(sagemaker.create_training_job, **dict(job, TrainingJobName="full"))
assert (status, code) == (503, "ServiceUnavailable") and "free some" in message, (status, code, message)
status, code, message, e = refused(
    sagemaker.create_training_job,
    **dict(job, TrainingJobName="bad_name!", ResourceConfig=dict(InstanceType="big", InstanceCount=-1, VolumeSizeInGB=1)),
)
assert (status, code) == (400, "ValidationException"), (status, code)
assert message.startswith("3 validation errors detected: "), message
assert ("Value 'bad_name!' at 'trainingJobName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: ^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}") in message, message
assert "Value 'big' at 'resourceConfig.instanceType'" in message, message
assert ("Value '-1' at 'resourceConfig.instanceCount' failed to satisfy constraint: "
        "Member must have value greater than or equal to 0") in message, message
status, code, message, e = refused(sagemaker.create_training_job, TrainingJobName="a")
assert "Value null at 'roleArn' failed to satisfy constraint: Member must not be null" in message, message
status, code, message, e = refused(sagemaker.list_clusters)
assert (status, code) == (400, "UnknownOperationException"), (status, code)

# Invocations
runtime = client("sagemaker-runtime")
for name in ("echo", "slow"):
    answer = runtime.invoke_endpoint(EndpointName=name, Body=b'{"instances": [1]}', ContentType="application/json")
    assert answer["Body"].read() == b'{"instances": [1]}', name
    assert answer["ContentType"] == "application/json", answer
    assert answer["InvokedProductionVariant"] == "AllTraffic", answer
big = bytes(6 * 1024 * 1024)
assert runtime.invoke_endpoint(EndpointName="echo", Body=big)["Body"].read() == big
status, code, message, e = refused(runtime.invoke_endpoint, EndpointName="echo", Body=big + b"x")
assert (status, code) == (413, "RequestEntityTooLargeException"), (status, code)
assert "6291457 bytes (expected: at most 6291456)" in message, message
try:
    runtime.invoke_endpoint(EndpointName="cut", Body=b"x")["Body"].read()
    raise AssertionError("a broken answer looks whole")
except (botocore.exceptions.HTTPClientError, botocore.exceptions.ResponseStreamingError,
        botocore.exceptions.IncompleteReadError, botocore.exceptions.ConnectionClosedError):
    pass
status, code, message, e = refused(runtime.invoke_endpoint, EndpointName="failing", Body=b"x")
assert (status, code, type(e).__name__) == (424, "ModelError", "ModelError"), (status, code)
assert e.response["OriginalStatusCode"] == 500 and e.response["OriginalMessage"] == "boom", e.response

# S3 asked for at the wrong address is told the right one
status, code, message, e = refused(client("s3").list_buckets)
assert "http://127.0.0.1:1" in str(message) + str(e), (status, code, message)
print("ok")
