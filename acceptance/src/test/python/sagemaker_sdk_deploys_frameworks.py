"""RLEstimator of the unmodified SageMaker Python SDK on Coach with TensorFlow and with MXNet: fit, deploy, predict on the
predictor class that its documentation names; then the model of the first as a TensorFlowModel with handlers of one's own.

Usage: sagemaker_sdk_deploys_frameworks.py ENTRY_POINT. Addresses and keys are in AWS's own environment variables.
"""

import io
import json
import pathlib
import sys
import tarfile
import uuid

import boto3
import numpy as np
import sagemaker
from sagemaker.mxnet import MXNetPredictor
from sagemaker.rl import RLEstimator, RLFramework, RLToolkit
from sagemaker.tensorflow import TensorFlowModel, TensorFlowPredictor

OBSERVATIONS = [[0.1, 0.2, 0.3, 0.4], [1.0, -2.0, 3.0, -4.0]]
bucket = "sagemaker-sdk-" + uuid.uuid4().hex[:12]
session = sagemaker.Session(boto3.Session(), default_bucket=bucket)
role = "arn:aws:iam::000000000000:role/ReinRole"


def expected(model_data):
    place = model_data.removeprefix("s3://").split("/", 1)
    body = boto3.client("s3").get_object(Bucket=place[0], Key=place[1])["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        return np.float32(json.load(archive.extractfile("expected.json")))


def trained(framework, version):
    estimator = RLEstimator(
        entry_point=sys.argv[1],
        toolkit=RLToolkit.COACH,
        toolkit_version=version,
        framework=framework,
        role=role,
        instance_type="ml.m5.large",
        instance_count=1,
        sagemaker_session=session,
    )
    estimator.fit()
    return estimator


def gone(predictor):
    predictor.delete_model()
    predictor.delete_endpoint()


mxnet = trained(RLFramework.MXNET, "0.11.0")
predictor = mxnet.deploy(initial_instance_count=1, instance_type="ml.m4.xlarge")
assert type(predictor) is MXNetPredictor, predictor
answer = np.float32(predictor.predict(np.float32(OBSERVATIONS)))
np.testing.assert_array_equal(answer, expected(mxnet.model_data))
print("MXNet:", answer.tolist())
gone(predictor)

tensorflow = trained(RLFramework.TENSORFLOW, "0.11.1")
predictor = tensorflow.deploy(initial_instance_count=1, instance_type="ml.m4.xlarge")
assert type(predictor) is TensorFlowPredictor, predictor
wanted = expected(tensorflow.model_data)
answer = predictor.predict({"instances": OBSERVATIONS})
# TensorFlow 2.12 trained and the current one serves: its kernels may round another way
np.testing.assert_allclose(np.float32(answer["predictions"]), wanted, rtol=1e-5)
np.testing.assert_allclose(np.float32(predictor.predict(np.float32(OBSERVATIONS))["predictions"]), wanted, rtol=1e-5)
one = predictor.predict(OBSERVATIONS, initial_args={"CustomAttributes": "tfs-model-name=tf-model,tfs-model-version=1"})
assert len(one["predictions"]) == 2
print("TensorFlow:", answer)
gone(predictor)

handlers = pathlib.Path("inference.py")
handlers.write_text("""
import json


def input_handler(data, context):
    return json.dumps({"instances": json.loads(data.read())["states"]})


def output_handler(response, context):
    rows = response.json()["predictions"]
    return json.dumps({"actions": [row.index(max(row)) for row in rows]}), context.accept_header
""")
model = TensorFlowModel(
    model_data=tensorflow.model_data,
    role=role,
    framework_version="2.5.1",
    entry_point=str(handlers),
    sagemaker_session=session,
)
predictor = model.deploy(initial_instance_count=1, instance_type="ml.m5.large")
answer = predictor.predict({"states": OBSERVATIONS})
assert answer == {"actions": wanted.argmax(-1).tolist()}, answer
print("inference.py:", answer)
gone(predictor)
print("OK")
