"""RLEstimator of the unmodified SageMaker Python SDK: fit, deploy, predict, attach.

Usage: sagemaker_sdk_rl_estimator.py ENTRY_POINT STEPS. Addresses and keys are in AWS's own environment variables.
"""

import sys
import uuid

import boto3
import sagemaker
from sagemaker.analytics import TrainingJobAnalytics
from sagemaker.deserializers import JSONDeserializer
from sagemaker.predictor import Predictor
from sagemaker.rl import RLEstimator
from sagemaker.serializers import JSONSerializer

entry_point, steps = sys.argv[1], int(sys.argv[2])
bucket = "sagemaker-sdk-" + uuid.uuid4().hex[:12]
# default_bucket= keeps the SDK from asking STS at an address of its own.
session = sagemaker.Session(boto3.Session(), default_bucket=bucket)

estimator = RLEstimator(
    entry_point=entry_point,
    image_uri="rein-toolkit:latest",
    role="arn:aws:iam::000000000000:role/ReinRole",
    instance_type="ml.m5.large",
    instance_count=1,
    sagemaker_session=session,
    hyperparameters={"steps": steps, "seed": 4},
    metric_definitions=[{"Name": "evaluation_return_mean", "Regex": "evaluation_return_mean=([-0-9.eE]+)"}],
)
estimator.fit()
job = estimator.latest_training_job.name
print("trained", job, estimator.model_data)

curve = TrainingJobAnalytics(job, sagemaker_session=session).dataframe()
assert list(curve.columns) == ["timestamp", "metric_name", "value"], curve
assert set(curve["metric_name"]) == {"evaluation_return_mean"}, curve
assert 0 < curve["value"].max() <= 500, curve

attached = RLEstimator.attach(job, sagemaker_session=session)
assert attached.latest_training_job.name == job
assert int(attached.hyperparameters()["steps"]) == steps, attached.hyperparameters()
assert attached.model_data == estimator.model_data

# An estimator with an image_uri deploys without naming a predictor: that is how this SDK behaves on AWS too.
endpoint = "sdk-" + uuid.uuid4().hex[:8]
attached.deploy(initial_instance_count=1, instance_type="ml.m5.large", endpoint_name=endpoint)
predictor = Predictor(
    endpoint, sagemaker_session=session, serializer=JSONSerializer(), deserializer=JSONDeserializer()
)
assert predictor.predict({"observation": [0.0, 0.0, 0.2, 1.0]})["action"] == 1
assert predictor.predict({"observation": [0.0, 0.0, -0.2, -1.0]})["action"] == 0
print("bare list:", predictor.predict([0.0, 0.0, 0.2, 1.0]))
predictor.delete_model()
predictor.delete_endpoint()
print("OK")
