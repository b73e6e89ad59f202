"""The helper modules for scripts, as far as they need no toolkit."""

import contextlib
import importlib
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest

RUNTIMES = pathlib.Path(__file__).resolve().parents[5] / "runtimes"
sys.path.insert(0, str(RUNTIMES / "helpers"))

import rein_imports  # noqa: E402
from sagemaker_rl.configuration_list import ConfigurationList  # noqa: E402
from sagemaker_rl.ray_spec import translated  # noqa: E402
from sagemaker_rl.tf_serving_utils import natural_keys  # noqa: E402


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


if __name__ == "__main__":
    unittest.main()
