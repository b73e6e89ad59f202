"""The programs of the SageMaker documentation's page on RL, as printed, with the unmodified SDK.

Usage: sagemaker_sdk_toolkits.py coach-tensorflow | coach-mxnet | attach | ray-tensorflow | ray-pytorch, in a folder that
holds the scripts they name. Addresses, keys and the SDK's defaults are in environment variables: `rein env`.
"""

import io
import sys
import tarfile
import time

import boto3
import numpy as np
from sagemaker.rl import RLEstimator, RLFramework, RLToolkit
from sagemaker.s3 import S3Downloader


def names_in(uri):
    with tarfile.open(fileobj=io.BytesIO(S3Downloader.read_bytes(uri))) as archive:
        return archive.getnames()


def log_of(job):
    logs = boto3.client("logs")
    group = "/aws/sagemaker/TrainingJobs"
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=job + "/")["logStreams"]
    events = []
    for stream in streams:
        pages = logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True)
        events += [event["message"] for event in pages["events"]]
    return "\n".join(events)


def coach_tensorflow():
    rl_estimator = RLEstimator(entry_point='coach-train.py',
                               toolkit=RLToolkit.COACH,
                               toolkit_version='0.11.1',
                               framework=RLFramework.TENSORFLOW,
                               role='SageMakerRole',
                               instance_type='ml.p3.2xlarge',
                               instance_count=1,
                               hyperparameters=QUICK)
    rl_estimator.fit()
    names = names_in(rl_estimator.model_data)
    assert "model/tf-model/00000001/saved_model.pb" in names, names
    said = log_of(rl_estimator.latest_training_job.name)
    assert "coach0.11.1-gpu-py3 is served by runtime coach 1.0.1" in said, said[:2000]
    assert "Total reward=" in said and "Applied rl.improve_steps" in said, said[:2000]


def coach_mxnet():
    rl_estimator = RLEstimator(entry_point='coach-train.py',
                               toolkit=RLToolkit.COACH,
                               toolkit_version='0.11.0',
                               framework=RLFramework.MXNET,
                               role='SageMakerRole',
                               instance_type='ml.c4.2xlarge',
                               instance_count=1,
                               hyperparameters=QUICK)
    rl_estimator.fit()
    names = names_in(rl_estimator.model_data)
    assert {"model-symbol.json", "model-0000.params", "model-shapes.json", "model.onnx"} <= set(names), names
    predictor = rl_estimator.deploy(instance_type='ml.m4.xlarge',
                                    initial_instance_count=1)
    data = np.float32([[0.1, 0.2, 0.3, 0.4]])
    response = predictor.predict(data)
    value, policy = response
    assert len(value) == 1 and abs(sum(policy[0]) - 1) < 1e-5, response
    predictor.delete_model()
    predictor.delete_endpoint()


def attach():
    """While the job runs, attach() waits for it, without its log; after its end it gives the model at once."""
    rl_estimator = RLEstimator(entry_point='coach-train.py',
                               toolkit=RLToolkit.COACH,
                               toolkit_version='0.11.1',
                               framework=RLFramework.TENSORFLOW,
                               role='SageMakerRole',
                               instance_type='ml.m5.large',
                               instance_count=1,
                               hyperparameters=QUICK)
    rl_estimator.fit(job_name='MyAwesomeRLTrainingJob', wait=False)
    sagemaker = boto3.client("sagemaker")
    while sagemaker.describe_training_job(TrainingJobName='MyAwesomeRLTrainingJob')["SecondaryStatus"] != "Training":
        time.sleep(0.5)
    my_training_job_name = 'MyAwesomeRLTrainingJob'
    rl_estimator = RLEstimator.attach(my_training_job_name)
    assert sagemaker.describe_training_job(TrainingJobName=my_training_job_name)["TrainingJobStatus"] == "Completed"
    after = RLEstimator.attach(my_training_job_name)
    assert after.model_data == rl_estimator.model_data and after.toolkit == "coach", vars(after)


def ray(framework, choice, wanted):
    rl_estimator = RLEstimator(entry_point='train-cartpole-ray.py',
                               toolkit=RLToolkit.RAY,
                               toolkit_version='1.6.0',
                               framework=framework,
                               role='SageMakerRole',
                               instance_type='ml.m5.large',
                               instance_count=1,
                               hyperparameters={
                                   "rl.training.stop.training_iteration": 2,
                                   "rl.training.config.num_workers": 1,
                                   "rl.training.config.framework": choice})
    rl_estimator.fit()
    names = names_in(rl_estimator.model_data)
    assert {"checkpoint/rllib_checkpoint.json", "params.json", wanted} <= set(names), names
    said = log_of(rl_estimator.latest_training_job.name)
    assert "is served by runtime ray 2.3.1" in said and "episode_reward_mean" in said, said[:2000]


QUICK = {"rl.improve_steps:EnvironmentSteps": 600, "rl.steps_between_evaluation_periods:EnvironmentSteps": 300}
PROGRAMS = {
    "coach-tensorflow": coach_tensorflow,
    "coach-mxnet": coach_mxnet,
    "attach": attach,
    "ray-tensorflow": lambda: ray(RLFramework.TENSORFLOW, "tf", "1/saved_model.pb"),
    "ray-pytorch": lambda: ray(RLFramework.PYTORCH, "torch", "policy.onnx"),
}
for name in sys.argv[1:]:
    PROGRAMS[name]()
    print("OK", name, flush=True)
