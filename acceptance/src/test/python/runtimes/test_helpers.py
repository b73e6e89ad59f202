"""The helper modules for scripts, as far as they need no toolkit."""

import argparse
import contextlib
import importlib
import io
import os
import pathlib
import runpy
import socket
import subprocess
import sys
import tempfile
import threading
import time
import types
import unittest
from unittest import mock

RUNTIMES = pathlib.Path(__file__).resolve().parents[5] / "runtimes"
sys.path.insert(0, str(RUNTIMES / "helpers"))

import rein_imports  # noqa: E402
from sagemaker_rl import ray_cluster  # noqa: E402
from sagemaker_rl.configuration_list import ConfigurationList  # noqa: E402
from sagemaker_rl.ray_spec import translated  # noqa: E402
from sagemaker_rl.tf_serving_utils import natural_keys  # noqa: E402


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def quiet():
    return contextlib.redirect_stdout(io.StringIO())


class Steps:
    def __init__(self, count):
        self.count = count


class Typed(ConfigurationList):
    ALLOWED_TYPES = {"EnvironmentSteps": Steps}


class Settings(unittest.TestCase):
    def applied(self, config, kind=ConfigurationList, **settings):
        settings_list = kind()
        for name, value in settings.items():
            settings_list.store(name, value)
        with quiet():
            settings_list.apply_subset(config, "rl.")
        return config

    def test_reach_into_dictionaries_lists_and_objects(self):
        config = {"training": {"config": {"lr": 1, "layers": [64, 64]}}, "agent": types.SimpleNamespace(gamma=0.9)}
        self.applied(config, **{
            "rl.training.config.lr": "0.001", "rl.training.config.layers[1]": "32", "rl.agent.gamma": "0.5",
            "rl.training.config.framework": "torch", "rl.training.config.use_gae": "true", "other": "1"})
        self.assertEqual(config["training"]["config"],
                         {"lr": 0.001, "layers": [64, 32], "framework": "torch", "use_gae": True})
        self.assertEqual(config["agent"].gamma, 0.5)

    def test_carry_types_of_the_toolkits_own(self):
        config = self.applied(types.SimpleNamespace(improve_steps=None), Typed,
                              **{"rl.improve_steps:EnvironmentSteps": "2000"})
        self.assertEqual(config.improve_steps.count, 2000)

    def test_refuse_an_unknown_type_with_those_there_are(self):
        with self.assertRaisesRegex(ValueError, "unknown type Days .expected: one of EnvironmentSteps"):
            self.applied(types.SimpleNamespace(improve_steps=None), Typed, **{"rl.improve_steps:Days": "2"})

    def test_refuse_a_path_that_leads_nowhere_with_what_there_is(self):
        with self.assertRaisesRegex(KeyError, r"rl.training.stop: not in the configuration \(there: config\)"):
            self.applied({"training": {"config": {}}}, **{"rl.training.stop.training_iteration": 5})
        with self.assertRaisesRegex(KeyError, "SimpleNamespace has nothing of that name"):
            self.applied(types.SimpleNamespace(gamma=1), **{"rl.gama": 5})


class Experiments(unittest.TestCase):
    def test_of_2019_are_put_into_the_words_of_today(self):
        with quiet():
            spec = translated({
                "env": "CartPole-v1", "run": "PPO", "checkpoint_freq": 10, "checkpoint_at_end": True,
                "config": {"sample_batch_size": 200, "monitor": True, "use_pytorch": True, "vf_share_layers": True,
                           "model": {"fcnet_hiddens": [64]}, "lr": 0.1}})
        self.assertEqual(spec, {
            "run": "PPO",
            "checkpoint_config": {"checkpoint_frequency": 10, "checkpoint_at_end": True},
            "config": {"env": "CartPole-v1", "rollout_fragment_length": 200, "framework": "torch", "lr": 0.1,
                       "model": {"fcnet_hiddens": [64], "vf_share_layers": True}}})

    def test_learn_with_tensorflow_unless_they_say_otherwise(self):
        self.assertEqual(translated({"config": {}})["config"]["framework"], "tf")


class Names(unittest.TestCase):
    def test_sort_by_their_numbers(self):
        self.assertEqual(sorted(["checkpoint_10", "checkpoint_9"], key=natural_keys), ["checkpoint_9", "checkpoint_10"])

    def test_of_old_packages_mean_the_new_ones_very_objects(self):
        rein_imports.alias("old_json", "json")
        old = importlib.import_module("old_json.decoder")
        new = importlib.import_module("json.decoder")
        self.assertIs(old.JSONDecoder, new.JSONDecoder)
        self.assertEqual(new.__spec__.name, "json.decoder")

    def test_that_are_aliases_of_changed_modules_show_the_change(self):
        sys.modules.pop("colorsys", None)
        rein_imports.after("colorsys", lambda module: setattr(module, "changed", True))
        rein_imports.alias("old_colorsys", "colorsys")
        self.assertTrue(importlib.import_module("old_colorsys").changed)

    def test_of_the_examples_helper_modules_mean_reins_before_a_scripts_own(self):
        with tempfile.TemporaryDirectory() as code:
            theirs = pathlib.Path(code, "sagemaker_rl")
            theirs.mkdir()
            for name in ("__init__", "ray_spec", "mpi_launcher"):
                (theirs / f"{name}.py").write_text("mine = True\n")
            program = ("import rein_helpers\nfrom sagemaker_rl import mpi_launcher, ray_spec\n"
                       "print(mpi_launcher.mine, hasattr(ray_spec, 'mine'))")
            path = os.pathsep.join([code, str(RUNTIMES / "helpers")])

            def said(**more):
                done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True,
                                      env={**os.environ, "PYTHONPATH": path, **more})
                return done.stdout.strip(), done.stderr

            out, told = said()
            self.assertEqual(out, "True False")
            self.assertIn("REIN_SAGEMAKER_RL=own keeps yours", told)
            self.assertEqual(said(REIN_SAGEMAKER_RL="own")[0], "True True")


class Clusters(unittest.TestCase):
    """Hosts of one job and of two, with Ray itself left out."""

    HERE = "127.0.0.1"

    def setUp(self):
        self.objects = {}
        test = self

        class S3:
            class exceptions:
                NoSuchKey = KeyError

            def put_object(self, Bucket, Key, Body):
                test.objects[Bucket, Key] = Body

            def get_object(self, Bucket, Key):
                return {"Body": io.BytesIO(test.objects[Bucket, Key])}

            def delete_object(self, Bucket, Key):
                del test.objects[Bucket, Key]

        boto3 = types.ModuleType("boto3")
        boto3.client = lambda service, region_name=None: S3()
        sys.modules["boto3"] = boto3
        self.addCleanup(sys.modules.pop, "boto3")
        self.ports = mock.patch.multiple(ray_cluster, PORT=free_port(), SIGNAL_PORT=free_port())
        self.ports.start()
        self.addCleanup(self.ports.stop)
        named = mock.patch.object(ray_cluster, "get_ip_from_host", lambda host: self.HERE)
        named.start()
        self.addCleanup(named.stop)

    def cluster(self, **variables):
        class Cluster(ray_cluster.RayCluster):
            def _node(self, address, *how):
                self.started = how
                if "--head" in how:
                    self.ray = socket.create_server((address, ray_cluster.PORT))
                return mock.Mock()

        with mock.patch.dict(os.environ, {"SM_CURRENT_HOST": "algo-1", **variables}):
            cluster = Cluster(cpus=2, gpus=0)
        self.addCleanup(lambda: hasattr(cluster, "ray") and cluster.ray.close())
        return cluster

    MEETING = {"SM_HP_S3_BUCKET": "bucket", "SM_HP_S3_PREFIX": "pair/"}

    def test_one_host_needs_no_other(self):
        cluster = self.cluster()
        self.assertTrue(cluster.is_head)
        self.assertEqual("local", cluster.start()["address"])

    def test_the_secondary_job_finds_the_primary_ones_head_and_is_let_go_at_the_end(self):
        head = self.cluster(SM_HP_RL_CLUSTER_TYPE="primary", SM_HP_RL_NUM_INSTANCES_SECONDARY="1", **self.MEETING)
        worker = self.cluster(SM_HP_RL_CLUSTER_TYPE='"secondary"', **self.MEETING)
        self.assertEqual((True, 2, False), (head.is_head, head.size, worker.is_head))
        environment = {**self.MEETING}
        with mock.patch.dict(os.environ, environment), quiet():
            following = threading.Thread(target=worker.follow)
            following.start()
            self.assertEqual(f"{self.HERE}:{ray_cluster.PORT}", head.start()["address"])
            self.assertEqual([("bucket", "pair/dist-ray/config/MASTER_IP.json")], list(self.objects))
            while not head._followers:
                time.sleep(0.01)
            head.stop()
            following.join(60)
        self.assertFalse(following.is_alive())
        self.assertEqual((f"--address={self.HERE}:{ray_cluster.PORT}",), worker.started)
        self.assertEqual({}, self.objects)

    def test_a_scripts_own_parser_takes_what_two_jobs_say_of_their_cluster(self):
        parser = argparse.ArgumentParser()
        parser.add_argument("--iterations", type=int)
        ray_cluster.RayCluster.add_arguments(parser)
        said = ["--iterations", "3", "--rl_cluster_type", "secondary", "--s3_bucket", "bucket", "--s3_prefix", "pair"]
        self.assertEqual(3, parser.parse_args(said).iterations)

    def test_two_jobs_have_to_say_where_they_meet(self):
        with self.assertRaisesRegex(SystemExit, "s3_bucket, s3_prefix: missing"):
            self.cluster(SM_HP_RL_CLUSTER_TYPE="secondary")
        with self.assertRaisesRegex(SystemExit, "third.*expected: one of primary, secondary"):
            self.cluster(SM_HP_RL_CLUSTER_TYPE="third")

    def test_two_jobs_of_the_current_ray_have_one_token_and_other_pairs_another(self):
        def token(**variables):
            environment = {"AWS_SECRET_ACCESS_KEY": "key", "SM_HOSTS": '["algo-1"]', **self.MEETING, **variables}
            with mock.patch.dict(os.environ, environment, clear=True):
                runpy.run_path(str(RUNTIMES / "ray-2.60.0" / "shims" / "rein_ray_cluster.py"))
                return os.environ.get("RAY_AUTH_TOKEN")

        primary = token(TRAINING_JOB_ARN="a", SM_HP_RL_NUM_INSTANCES_SECONDARY="1")
        self.assertEqual(primary, token(TRAINING_JOB_ARN="b", SM_HP_RL_CLUSTER_TYPE="secondary"))
        self.assertNotEqual(primary, token(SM_HP_RL_CLUSTER_TYPE="secondary", SM_HP_S3_PREFIX="other"))
        self.assertIsNone(token(TRAINING_JOB_ARN="a"))


if __name__ == "__main__":
    unittest.main()
