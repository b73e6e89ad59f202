"""RLEstimator of the unmodified SageMaker Python SDK on Stable-Baselines3 and on Ray: fit, deploy, predict. What the
endpoints answer is what the library that trained says.

Usage: sagemaker_sdk_deploys_policies.py stable-baselines | ray-tensorflow | ray-current, in a folder that holds the
scripts they name. Addresses and keys are in AWS's own environment variables.
"""

import io
import json
import sys
import tarfile
import uuid

import boto3
import numpy as np
import sagemaker
from botocore.exceptions import ClientError
from sagemaker.deserializers import JSONDeserializer
from sagemaker.predictor import Predictor
from sagemaker.pytorch import PyTorchModel, PyTorchPredictor
from sagemaker.rl import RLEstimator, RLFramework, RLToolkit
from sagemaker.s3 import S3Downloader
from sagemaker.serializers import JSONSerializer
from sagemaker.tensorflow import TensorFlowModel, TensorFlowPredictor

bucket = "sagemaker-sdk-" + uuid.uuid4().hex[:12]
session = sagemaker.Session(boto3.Session(), default_bucket=bucket)
common = {
    "role": "arn:aws:iam::000000000000:role/ReinRole",
    "instance_type": "ml.m5.large",
    "instance_count": 1,
    "sagemaker_session": session,
}
place = {"initial_instance_count": 1, "instance_type": "ml.m5.large"}
in_json = {"serializer": JSONSerializer(), "deserializer": JSONDeserializer()}


def expected(estimator):
    with tarfile.open(fileobj=io.BytesIO(S3Downloader.read_bytes(estimator.model_data))) as archive:
        said = json.load(archive.extractfile("expected.json"))
    assert set(said["actions"]) == {0, 1}, said
    return said


def pytorch(estimator):
    return PyTorchModel(
        estimator.model_data, common["role"], framework_version="2.1", py_version="py310", sagemaker_session=session
    )


def gone(predictor):
    predictor.delete_model()
    predictor.delete_endpoint()


def stable_baselines():
    """The policy as ONNX, behind what deploy() chooses for PyTorch."""
    estimator = RLEstimator(
        entry_point="train_sb3_policy.py",
        dependencies=["train-sb3.py"],
        image_uri="rein-gymnasium:latest",
        hyperparameters={"steps": 5000},
        **common,
    )
    estimator.fit()
    said = expected(estimator)
    predictor = pytorch(estimator).deploy(**place, **in_json)
    assert type(predictor) is PyTorchPredictor, predictor
    actions, logits = predictor.predict(said["observations"])
    assert actions == said["actions"], (actions, said["actions"])
    np.testing.assert_allclose(logits, said["logits"], rtol=1e-4, atol=1e-6)
    try:
        PyTorchPredictor(predictor.endpoint_name, session).predict(np.float32(said["observations"]))
        raise AssertionError("two outputs of different shapes are no array of numpy's")
    except ClientError as problem:
        assert "2 outputs cannot be written as application/x-npy" in str(problem), problem
    gone(predictor)


def ray_tensorflow():
    """The policy as a SavedModel, behind TensorFlow Serving's REST API."""
    estimator = RLEstimator(
        entry_point="train_ray_policy.py",
        toolkit=RLToolkit.RAY,
        toolkit_version="1.6.0",
        framework=RLFramework.TENSORFLOW,
        hyperparameters={"framework": "tf"},
        **common,
    )
    estimator.fit()
    said = expected(estimator)
    model = TensorFlowModel(
        estimator.model_data, common["role"], framework_version="2.5.1", sagemaker_session=session
    )  # deploy() of the estimator itself is what this SDK refuses for Ray
    predictor = model.deploy(**place)
    assert type(predictor) is TensorFlowPredictor, predictor
    rows = said["observations"]
    answer = predictor.predict({"signature_name": "policy", "instances": rows})
    # TensorFlow 2.15 trained and the current one serves: its kernels may round another way
    np.testing.assert_allclose(answer["predictions"], said["logits"], rtol=1e-4, atol=1e-6)
    assert np.argmax(answer["predictions"], -1).tolist() == said["actions"], answer
    whole = predictor.predict({"inputs": {"observations": rows, "is_training": False, "timestep": 0}})["outputs"]
    np.testing.assert_allclose(whole["action_dist_inputs"], said["logits"], rtol=1e-4, atol=1e-6)
    assert len(whole["actions_0"]) == len(rows) and len(whole["vf_preds"]) == len(rows), whole
    gone(predictor)


def ray_current():
    """The example on RLlib's new stack: its checkpoint, and its ONNX behind what serves PyTorch, act alike."""
    estimator = RLEstimator(
        entry_point="train-current.py",
        image_uri="rein-ray:latest",
        hyperparameters={"iterations": 30, "runners": 1, "reward": 150},
        metric_definitions=[{"Name": "reward", "Regex": "episode_reward_mean: ([-+0-9.]+)"}],
        **common,
    )
    estimator.fit()
    described = session.describe_training_job(estimator.latest_training_job.name)
    reached = [metric["Value"] for metric in described["FinalMetricDataList"] if metric["MetricName"] == "reward"]
    assert reached and reached[0] >= 150, described["FinalMetricDataList"]
    rows = np.random.default_rng(1).uniform(-0.4, 0.4, (50, 4)).round(3).tolist()
    estimator.deploy(**place, endpoint_name="ray-current")
    checkpoint = Predictor("ray-current", session, **in_json)
    actions = checkpoint.predict({"observations": rows})["actions"]
    assert [checkpoint.predict({"observation": row})["action"] for row in rows[:5]] == actions[:5]
    onnx = pytorch(estimator).deploy(**place, **in_json)
    assert onnx.predict(rows)[0] == actions and set(actions) == {0, 1}, actions
    try:
        checkpoint.predict({"observation": [1, 2]})
        raise AssertionError("two numbers are no observation")
    except ClientError as problem:
        assert "(400)" in str(problem) and "of the shape [2] (expected: [4])" in str(problem), problem
    gone(checkpoint)
    gone(onnx)


PROGRAMS = {"stable-baselines": stable_baselines, "ray-tensorflow": ray_tensorflow, "ray-current": ray_current}
for name in sys.argv[1:]:
    PROGRAMS[name]()
    print("OK", name, flush=True)
