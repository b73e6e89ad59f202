"""RLEstimator of the unmodified SageMaker Python SDK on Coach with TensorFlow or with MXNet: fit, deploy, predict on the
predictor class that its documentation names, for each preset; the last model of TensorFlow also as a TensorFlowModel
with handlers of one's own.

Usage: sagemaker_sdk_deploys_frameworks.py tensorflow|mxnet ENTRY_POINT PRESET... A preset is one of Coach's own, or a
file. Addresses and keys are in AWS's own environment variables.
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
QUICK = {
    "save_model": 1,
    "rl.heatup_steps:EnvironmentSteps": 100,
    "rl.improve_steps:EnvironmentSteps": 600,
    "rl.steps_between_evaluation_periods:EnvironmentSteps": 600,
}
bucket = "sagemaker-sdk-" + uuid.uuid4().hex[:12]
session = sagemaker.Session(boto3.Session(), default_bucket=bucket)
role = "arn:aws:iam::000000000000:role/ReinRole"


def expected(model_data):
    place = model_data.removeprefix("s3://").split("/", 1)
    body = boto3.client("s3").get_object(Bucket=place[0], Key=place[1])["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        return np.float32(json.load(archive.extractfile("expected.json")))


def trained(framework, version, entry_point, preset):
    file = pathlib.Path(preset)
    estimator = RLEstimator(
        entry_point=entry_point,
        dependencies=[preset] if file.is_file() else [],
        toolkit=RLToolkit.COACH,
        toolkit_version=version,
        framework=framework,
        role=role,
        instance_type="ml.m5.large",
        instance_count=1,
        hyperparameters={"RLCOACH_PRESET": file.stem, **QUICK},
        sagemaker_session=session,
    )
    estimator.fit()
    return estimator


def gone(predictor):
    predictor.delete_model()
    predictor.delete_endpoint()


def mxnet(entry_point, presets):
    for preset in presets:
        estimator = trained(RLFramework.MXNET, "0.11.0", entry_point, preset)
        predictor = estimator.deploy(initial_instance_count=1, instance_type="ml.m4.xlarge")
        assert type(predictor) is MXNetPredictor, predictor
        answer = predictor.predict(np.float32(OBSERVATIONS))
        policy = answer[-1] if len(np.shape(answer[-1])) == 2 else answer  # Clipped PPO says the state's value first
        np.testing.assert_allclose(np.float32(policy), expected(estimator.model_data), rtol=1e-4)
        print("MXNet:", preset, answer)
        gone(predictor)


def tensorflow(entry_point, presets):
    for preset in presets:
        estimator = trained(RLFramework.TENSORFLOW, "0.11.1", entry_point, preset)
        predictor = estimator.deploy(initial_instance_count=1, instance_type="ml.m4.xlarge")
        assert type(predictor) is TensorFlowPredictor, predictor
        wanted = expected(estimator.model_data)
        answer = predictor.predict({"instances": OBSERVATIONS})
        # TensorFlow 2.12 trained and the current one serves: its kernels may round another way
        np.testing.assert_allclose(np.float32(answer["predictions"]), wanted, rtol=1e-4)
        plain = predictor.predict(np.float32(OBSERVATIONS))
        assert plain == answer, (plain, answer)
        attributes = {"CustomAttributes": "tfs-model-name=tf-model,tfs-model-version=1"}
        assert predictor.predict(OBSERVATIONS, initial_args=attributes) == answer
        print("TensorFlow:", preset, answer)
        gone(predictor)
    handled(estimator, wanted)


def handled(estimator, wanted):
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
        model_data=estimator.model_data,
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


{"mxnet": mxnet, "tensorflow": tensorflow}[sys.argv[1]](sys.argv[2], sys.argv[3:])
print("OK")
