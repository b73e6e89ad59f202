import os

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError

runtime = boto3.client("sagemaker-runtime", config=Config(retries={"max_attempts": 0}, read_timeout=30))
marks = os.environ["MARKS"]


def stream(wish, body=b"x", **more):
    return runtime.invoke_endpoint_with_response_stream(
        EndpointName="e", ContentType="text/plain", CustomAttributes=wish, Body=body, **more)


def whole(answer):
    return b"".join(event["PayloadPart"]["Bytes"] for event in answer["Body"])


# A short answer is one event; headers are where this operation has them.
answer = stream("echo", b"hello", Accept="text/csv")
assert answer["ContentType"] == "text/plain", answer
assert answer["CustomAttributes"] == "wish=echo", answer
assert answer["InvokedProductionVariant"] == "AllTraffic", answer
assert whole(answer) == b"hello"
assert b"text/csv" in whole(stream("headers", Accept="text/csv"))

# Each piece is here before the model makes the next.
got = b""
for event in stream("pieces", b"abc", InferenceId=marks)["Body"]:
    piece = event["PayloadPart"]["Bytes"]
    got += piece
    open(marks + piece.decode(), "w").close()
assert got == b"abc", got

assert len(whole(stream("large"))) == 5_000_000
assert whole(stream("none")) == b""
assert whole(stream("chunks")) == b"xx"

# Before the first event it is an error like any other's; after it, an event.
try:
    stream("fail")
    raise AssertionError("not refused")
except ClientError as e:
    assert e.response["Error"]["Code"] == "ModelError", e.response
    assert e.response["OriginalStatusCode"] == 500, e.response
try:
    whole(stream("trickle"))
    raise AssertionError("not broken")
except EventStreamError as e:
    assert "ModelStreamError" in str(e) or e.response["Error"]["Code"] == "ModelStreamError", (str(e), e.response)
try:
    whole(runtime.invoke_endpoint_with_response_stream(EndpointName="nobody", Body=b"x"))
    raise AssertionError("not refused")
except ClientError as e:
    assert e.response["Error"]["Code"] == "ValidationError", e.response
    assert "Endpoint nobody of account 000000000000 not found." in e.response["Error"]["Message"], e.response

try:
    runtime.invoke_endpoint_async(EndpointName="e", InputLocation="s3://bucket/key")
    raise AssertionError("not refused")
except ClientError as e:
    assert e.response["ResponseMetadata"]["HTTPStatusCode"] == 400, e.response
    assert e.response["Error"]["Code"] == "ValidationError", e.response
    assert "asynchronous inference is not supported" in e.response["Error"]["Message"], e.response
