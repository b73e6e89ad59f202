"""Trains with RLlib as a training job, on one host or on all of them, and leaves a model to deploy.

A script subclasses SageMakerRayLauncher, registers its environment, describes its experiment, and calls train_main().
Hyperparameters `rl.training.…` change the description. What the job leaves in the model folder: `checkpoint/`,
`params.json`, and the policy as `1/` (TensorFlow) or `policy.onnx` and `policy.pt` (PyTorch).
"""

import json
import os
import pathlib
import pickle
import shutil
import sys
from enum import Enum

import ray
from ray.tune import run_experiments

from . import folders
from .configuration_list import ConfigurationList
from .ray_cluster import RayCluster
from .ray_spec import translated
from .tf_serving_utils import change_permissions_recursive, export_tf_serving, natural_keys

INTERMEDIATE_DIR = str(folders.intermediate())
CHECKPOINT_DIR = str(folders.channel("checkpoint"))
MODEL_OUTPUT_DIR = str(folders.model())
CHECKPOINT_EVERY = 10


class Cluster(Enum):
    """Which of two jobs this is, where one learns and the other one rolls out."""

    Primary = "primary"
    Secondary = "secondary"


class SageMakerRayLauncher:
    """Subclasses say which environment and which experiment; every step may be overridden."""

    def __init__(self):
        self.cluster = RayCluster()
        self.cluster_type = Cluster(self.cluster.meeting.type)
        self.num_cpus = self.cluster.cpus
        self.num_gpus = self.cluster.gpus
        self.host_name = self.cluster.host
        self.hosts_info = self.cluster.hosts
        self.is_master_node = self.cluster.is_head

    def register_env_creator(self):
        """Calls ray.tune.registry.register_env; subclasses have to."""
        raise NotImplementedError(f"{type(self).__name__}.register_env_creator: register the environment here")

    def get_experiment_config(self):
        """The experiment: {"training": {"env": …, "run": "PPO", "stop": {…}, "config": {…}}}; subclasses have to."""
        raise NotImplementedError(f"{type(self).__name__}.get_experiment_config: describe the experiment here")

    def customize_experiment_config(self, config):
        """Puts the hyperparameters `rl.…` into the description."""
        self.hyperparameters = ConfigurationList()
        for name, value in json.loads(os.environ.get("SM_HPS", "{}")).items():
            if name.startswith("rl."):
                self.hyperparameters.store(name, value)
        training = config["training"]
        training.setdefault("config", {})
        self.hyperparameters.apply_subset(config, "rl.")
        training["local_dir"] = INTERMEDIATE_DIR  # what is there is stored while the job runs
        training["checkpoint_at_end"] = True
        training.setdefault("checkpoint_freq", CHECKPOINT_EVERY)
        config["training"] = translated(training)
        return config

    def get_all_host_names(self):
        return [f"{self.cluster_type.value}:{host}" for host in self.hosts_info]

    def ray_init_config(self):
        """On the head, the arguments for ray.init. Every other host stays in here until the head is done."""
        if self.is_master_node:
            return self.cluster.start()
        self.cluster.follow()
        return {}

    def set_up_checkpoint(self, config=None):
        """Goes on from the checkpoint in the input channel `checkpoint`, if there is one."""
        if "restore" in config["training"]:
            print("Going on from {restore}, as the experiment says".format(**config["training"]))
            return config
        channel = pathlib.Path(CHECKPOINT_DIR)
        if not channel.exists():
            print("No channel named checkpoint: training from scratch.")
            return config
        found = sorted({file.parent for file in channel.rglob("rllib_checkpoint.json") if "policies" not in file.parts})
        if not found:
            names = ", ".join(sorted(str(file.relative_to(channel)) for file in channel.rglob("*"))[:10])
            sys.exit(f"{channel}: no checkpoint of Ray {ray.__version__} in it (there: {names or 'nothing'}).")
        config["training"]["restore"] = str(max(found, key=natural_keys))
        print("Going on from {restore}".format(**config["training"]))
        return config

    def save_experiment_config(self):
        for name in ("params.json", "params.pkl"):
            source = max(pathlib.Path(INTERMEDIATE_DIR).rglob(name), key=lambda file: file.stat().st_mtime)
            shutil.copyfile(source, pathlib.Path(MODEL_OUTPUT_DIR, name))

    def copy_checkpoints_to_model_output(self):
        checkpoints = [each.parent for each in pathlib.Path(INTERMEDIATE_DIR).rglob(".is_checkpoint")]
        if not checkpoints:
            raise RuntimeError(f"no checkpoint in {INTERMEDIATE_DIR}: was training ended before its first iteration?")
        last = max(checkpoints, key=lambda folder: (folder.stat().st_mtime, natural_keys(folder)))
        shutil.copytree(last, pathlib.Path(MODEL_OUTPUT_DIR, "checkpoint"), dirs_exist_ok=True)
        print(f"Saved {last.name} as {MODEL_OUTPUT_DIR}/checkpoint")

    def trained(self, algorithm):
        """The algorithm as it was trained, on this host alone."""
        from ray.tune.registry import get_trainable_cls

        config = pickle.loads(pathlib.Path(MODEL_OUTPUT_DIR, "params.pkl").read_bytes())
        config.update(num_workers=0, num_gpus=0, evaluation_interval=None)
        agent = get_trainable_cls(algorithm)(config=config)
        agent.restore(os.path.join(MODEL_OUTPUT_DIR, "checkpoint"))
        return agent

    def create_tf_serving_model(self, algorithm=None, env_string=None):
        export_tf_serving(self.trained(algorithm), MODEL_OUTPUT_DIR)

    def create_torch_model(self, algorithm=None, env_string=None):
        from .torch_utils import export_torch

        export_torch(self.trained(algorithm).get_policy(), MODEL_OUTPUT_DIR)

    def save_checkpoint_and_serving_model(self, algorithm=None, env_string=None, use_pytorch=False):
        os.makedirs(MODEL_OUTPUT_DIR, exist_ok=True)
        self.save_experiment_config()
        self.copy_checkpoints_to_model_output()
        if use_pytorch:
            self.create_torch_model(algorithm, env_string)
        else:
            self.create_tf_serving_model(algorithm, env_string)
        change_permissions_recursive(INTERMEDIATE_DIR, 0o777)
        change_permissions_recursive(MODEL_OUTPUT_DIR, 0o777)

    def launch(self):
        """The whole job of this host."""
        self.register_env_creator()
        arguments = self.ray_init_config()
        if not self.is_master_node:
            return
        _init(arguments)
        self.cluster.wait()
        config = self.set_up_checkpoint(self.customize_experiment_config(self.get_experiment_config()))
        run_experiments(config)
        training = config["training"]
        self.save_checkpoint_and_serving_model(
            algorithm=training["run"],
            env_string=training["config"]["env"],
            use_pytorch=training["config"]["framework"] == "torch",
        )
        ray.shutdown()
        self.cluster.stop()

    @classmethod
    def train_main(cls):
        """What a script calls."""
        cls().launch()


def _init(arguments, tries=4):
    """Ray's start fails now and then: its own services find each other too late."""
    for attempt in range(1, tries + 1):
        try:
            ray.init(**arguments)
            return
        except Exception as problem:
            ray.shutdown()
            if attempt == tries:
                raise
            print(f"Ray did not start ({problem}); trying again.", file=sys.stderr, flush=True)
