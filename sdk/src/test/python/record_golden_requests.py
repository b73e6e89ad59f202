"""Records what the unmodified SageMaker Python SDK sends for a matrix of arguments, into ../resources/dev/rein/sdk/golden.

Usage: record_golden_requests.py, with sagemaker 2.257.7 and boto3 installed. No network: every request is answered
here, before it is sent. GoldenRequestsTest makes the same estimators in Java and compares what that SDK sends.
"""

import io
import json
import os
import pathlib
import tarfile
import tempfile
import time

os.environ.update(
    AWS_ACCESS_KEY_ID="AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY="secret",
    AWS_DEFAULT_REGION="us-west-2",
    SAGEMAKER_SUPPRESS_V2_WARNING="1",
)
time.sleep = lambda seconds: None

import boto3  # noqa: E402
import sagemaker  # noqa: E402
from botocore.awsrequest import AWSResponse  # noqa: E402
from sagemaker.inputs import FileSystemInput, TrainingInput  # noqa: E402
from sagemaker.instance_group import InstanceGroup  # noqa: E402
from sagemaker.rl import RLEstimator, RLFramework, RLToolkit  # noqa: E402

GOLDEN = pathlib.Path(__file__).parent.parent / "resources/dev/rein/sdk/golden"
JOB = "job-2026-11-22-21-49-16-593"
ROLE = "arn:aws:iam::000000000000:role/R"
RAY = dict(toolkit=RLToolkit.RAY, toolkit_version="1.6.0", framework=RLFramework.PYTORCH)
COACH_TF = dict(toolkit=RLToolkit.COACH, toolkit_version="0.11.1", framework=RLFramework.TENSORFLOW)
COACH_MXNET = dict(toolkit=RLToolkit.COACH, toolkit_version="0.11.0", framework=RLFramework.MXNET)
IMAGE = dict(image_uri="rein-toolkit:0.1.0")
GPU, CPU = dict(instance_type="ml.p3.2xlarge", instance_count=1), dict(instance_type="ml.m5.large", instance_count=1)


class Body(io.BytesIO):
    def stream(self, **_):
        yield self.read()


class Wire:
    """Answers every request and keeps the ones that matter."""

    def __init__(self):
        self.requests = []
        self.job = {}
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w:gz") as tar:
            data = tarfile.TarInfo("policy.bin")
            data.size = 3
            tar.addfile(data, io.BytesIO(b"abc"))
        self.archive = archive.getvalue()

    def __call__(self, request, **_):
        target = request.headers.get("X-Amz-Target", b"")
        target = target.decode() if isinstance(target, bytes) else target
        if not target:
            return self.s3(request)
        operation = target.split(".")[-1]
        body = json.loads(request.body)
        if operation.startswith("Create"):
            self.requests.append({"operation": operation, "body": body})
        answer = {}
        if operation == "CreateTrainingJob":
            self.job = body
        elif operation == "DescribeTrainingJob":
            answer = dict(
                self.job,
                TrainingJobArn="arn:aws:sagemaker:us-west-2:000000000000:training-job/" + JOB,
                TrainingJobStatus="Completed",
                ModelArtifacts={"S3ModelArtifacts": f"s3://models/{JOB}/output/model.tar.gz"},
            )
        elif operation == "CreateEndpoint":
            answer = {"EndpointArn": "arn:aws:sagemaker:us-west-2:000000000000:endpoint/e"}
        elif operation == "DescribeEndpoint":
            answer = {"EndpointName": "e", "EndpointStatus": "InService", "EndpointConfigName": "e"}
        return self.answer(request, json.dumps(answer).encode())

    def s3(self, request):
        if request.method == "PUT":
            self.requests.append(
                {
                    "operation": "PutObject",
                    "path": "/" + request.url.split("/", 3)[3].split("?")[0]
                    if "//s3." in request.url
                    else "/" + request.url.split("//")[1].split(".")[0] + "/" + request.url.split("/", 3)[3],
                    "encryption": {
                        name.lower(): value.decode() if isinstance(value, bytes) else value
                        for name, value in request.headers.items()
                        if name.lower().startswith("x-amz-server-side-encryption")
                    },
                }
            )
            return self.answer(request, b"")
        if "list-type" in request.url or request.url.split("?")[0].endswith("amazonaws.com/"):
            names = "".join(f"<Bucket><Name>{b}</Name></Bucket>" for b in ("models", "mybkt", "codebkt"))
            return self.answer(
                request,
                f"<ListAllMyBucketsResult><Buckets>{names}</Buckets></ListAllMyBucketsResult>".encode(),
            )
        return self.answer(request, self.archive if request.method != "HEAD" else b"", len(self.archive))

    @staticmethod
    def answer(request, body, length=None):
        headers = {"Content-Length": str(len(body) if length is None else length), "ETag": '"e"'}
        return AWSResponse(request.url, 200, headers, Body(body))


def fits():
    """name, constructor arguments, fit arguments"""
    yield "ray-pytorch", dict(RAY, **GPU, hyperparameters={"a": 1, "b": "x", "c": [1, 2]}), {}
    yield "coach-tensorflow", dict(COACH_TF, **CPU), {}
    yield "coach-mxnet-gpu", dict(COACH_MXNET, **GPU), {}
    yield "coach-1.0.0", dict(COACH_TF, **CPU) | dict(toolkit_version="1.0.0"), {}
    yield "image", dict(IMAGE, **CPU, metric_definitions=[{"Name": "m", "Regex": "m=(.*)"}]), {}
    yield "hyperparameters", dict(
        IMAGE,
        **CPU,
        hyperparameters={
            "text": "a b",
            "yes": True,
            "nothing": None,
            "real": 0.5,
            "list": [1, "two", False],
            "map": {"k": [1, 2], "ä": "ö"},
            "empty": {},
        },
    ), {}
    yield "everything", dict(
        IMAGE,
        instance_type="ml.m5.large",
        instance_count=2,
        keep_alive_period_in_seconds=60,
        volume_size=50,
        volume_kms_key="volume-key",
        max_run=100,
        max_wait=200,
        use_spot_instances=True,
        input_mode="FastFile",
        output_kms_key="output-key",
        tags=[{"Key": "team", "Value": "rl"}],
        subnets=["subnet-1"],
        security_group_ids=["sg-1"],
        model_uri="s3://models/old.tar.gz",
        encrypt_inter_container_traffic=True,
        environment={"A": "b"},
        max_retry_attempts=3,
        training_repository_access_mode="Vpc",
        training_repository_credentials_provider_arn="arn:aws:lambda:us-west-2:000000000000:function:f",
        enable_infra_check=True,
        container_entry_point=["run", "me"],
        container_arguments=["--fast"],
        disable_output_compression=True,
        enable_remote_debug=True,
        enable_session_tag_chaining=True,
        training_plan="arn:aws:sagemaker:us-west-2:000000000000:training-plan/p",
        checkpoint_s3_uri="s3://mybkt/checkpoints",
        checkpoint_local_path="/opt/ml/saved",
        enable_sagemaker_metrics=True,
        container_log_level=10,
    ), dict(
        inputs={"train": "s3://data/train", "test": TrainingInput("s3://data/test", content_type="text/csv")},
        experiment_config={"ExperimentName": "e", "TrialName": "t"},
    )
    yield "isolated", dict(IMAGE, **CPU, enable_network_isolation=True), {}
    yield "groups", dict(
        IMAGE,
        instance_groups=[InstanceGroup("learners", "ml.p3.2xlarge", 1), InstanceGroup("actors", "ml.c5.large", 4)],
    ), {}
    yield "no-debugger", dict(IMAGE, **CPU, debugger_hook_config=False, disable_profiler=True), {}
    yield "trainium", dict(IMAGE, instance_type="ml.trn1.2xlarge", instance_count=1), {}
    yield "code-location", dict(
        IMAGE, **CPU, code_location="s3://codebkt/mine", output_path="s3://mybkt/out/p", output_kms_key="k"
    ), {}
    yield "one-input", dict(IMAGE, **CPU), dict(inputs=TrainingInput("s3://data/x", input_mode="Pipe"))
    yield "file-system", dict(IMAGE, **CPU, subnets=["subnet-1"], security_group_ids=["sg-1"]), dict(
        inputs={"fs": FileSystemInput("fs-0123456789abcdef0", "EFS", "/data", "ro")}
    )


def deploys():
    yield "deploy-coach-tensorflow", dict(COACH_TF, **GPU), dict(instance_type="ml.m5.large")
    yield "deploy-coach-mxnet", dict(COACH_MXNET, **CPU), dict(instance_type="ml.p3.2xlarge")
    yield "deploy-image", dict(image_uri="my-rl:1", **CPU), dict(
        instance_type="ml.m5.large",
        volume_size=10,
        model_data_download_timeout=100,
        container_startup_health_check_timeout=200,
        kms_key="endpoint-key",
        tags=[{"Key": "team", "Value": "rl"}],
    )


def record(name, arguments, fit, deploy=None):
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder, "train.py")
        script.write_text("print('hello')\n")
        boto = boto3.Session()
        wire = Wire()
        boto.events.register_first("before-send", wire)
        session = sagemaker.Session(boto, default_bucket="mybkt")
        estimator = RLEstimator(
            str(script), role=ROLE, sagemaker_session=session, **{"output_path": "s3://mybkt/", **arguments}
        )
        estimator.fit(job_name=JOB, wait=False, **fit)
        if deploy is not None:
            wire.requests.clear()
            estimator.deploy(initial_instance_count=1, endpoint_name="e", model_name="m", **deploy)
    path = GOLDEN / (name + ".json")
    path.write_text(json.dumps(wire.requests, indent=2, sort_keys=True) + "\n")
    print(path.name, [r["operation"] for r in wire.requests])


GOLDEN.mkdir(exist_ok=True)
for case in fits():
    record(*case)
for case, constructor, deploy_arguments in deploys():
    record(case, constructor, {}, deploy_arguments)
