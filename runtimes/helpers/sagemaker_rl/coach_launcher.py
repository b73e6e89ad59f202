"""Trains with Coach as a training job, and leaves a model to deploy.

A script subclasses SageMakerCoachPresetLauncher, names its preset (a Python file beside it that defines
`graph_manager`, or one of Coach's own such as `CartPole_DQN`; `RLCOACH_PRESET` names another), and calls
train_main(). Hyperparameters `rl.…` change the graph manager, `rl.name:EnvironmentSteps` and the like with a type of
Coach's. COACH_BACKEND, which the runtime's image sets, chooses TensorFlow or MXNet. Checkpoints go to
`output/data/checkpoint`, one of them at the very end; with `save_model=1` the policy goes to the model folder, see
coach_export. On several hosts, see coach_cluster.
"""

import argparse
import os
import pathlib
import sys

import rl_coach.core_types
from rl_coach import logger
from rl_coach.base_parameters import Frameworks
from rl_coach.coach import CoachLauncher
from rl_coach.core_types import MaxDumpFilter, RunPhase, SelectedPhaseOnlyDumpFilter
from rl_coach.graph_managers.basic_rl_graph_manager import BasicRLGraphManager
from rl_coach.graph_managers.graph_manager import ScheduleParameters
from rl_coach.base_parameters import VisualizationParameters
from rl_coach.logger import screen
from rl_coach.utils import short_dynamic_import

from . import coach_cluster, coach_workers, folders
from .coach_export import export
from .configuration_list import ConfigurationList

screen.set_use_colors(False)

CHECKPOINT_SECONDS = 10
COACHS_OWN = pathlib.Path(rl_coach.core_types.__file__).parent / "presets"


def _names(folder):
    return sorted(file.stem for file in folder.glob("*.py") if file.stem != "__init__")


class CoachConfigurationList(ConfigurationList):
    """Settings of a graph manager."""

    ALLOWED_TYPES = {
        name: getattr(rl_coach.core_types, name)
        for name in ("Frames", "EnvironmentSteps", "EnvironmentEpisodes", "TrainingSteps", "Time")
    }


class SageMakerCoachPresetLauncher(CoachLauncher):
    """Subclasses name their preset; every step may be overridden."""

    def default_preset_name(self):
        """The file, without `.py`, or Coach's preset, that is trained unless RLCOACH_PRESET names another."""
        preset = getattr(self, "DEFAULT_PRESET", None)
        if preset is None:
            raise NotImplementedError(f"{type(self).__name__}.default_preset_name: name the preset's file here")
        return preset

    def map_hyperparameter(self, name, value):
        """What to do with a hyperparameter; a place for short names of one's own."""
        if not name.startswith("rl."):
            raise ValueError(
                f"hyperparameter {name} (expected: RLCOACH_PRESET, num_workers, save_model, apply_stop_condition, "
                "or a path into the preset's graph manager that begins with rl.)"
            )
        self.apply_hyperparameter(name, value)

    def apply_hyperparameter(self, name, value):
        """Keeps a setting for the graph manager until that is there."""
        self.hyperparameters.store(name, value)

    def sagemaker_argparser(self):
        parser = argparse.ArgumentParser(allow_abbrev=False)
        parser.add_argument("-n", "--num_workers", type=int, default=1)
        parser.add_argument("-p", "--RLCOACH_PRESET", default=self.default_preset_name())
        parser.add_argument("--save_model", type=int, default=0, choices=(0, 1))
        parser.add_argument("--apply_stop_condition", type=_truth, default=False)
        return parser

    def get_config_args(self, parser):
        """Coach's own settings, as a job needs them."""
        args, _ = parser.parse_known_args(args=[])
        ours, rest = self.sagemaker_argparser().parse_known_args()
        self.save_model = ours.save_model == 1
        args.experiment_name = logger.get_experiment_name(os.environ.get("TRAINING_JOB_NAME", "experiment"))
        args.experiment_path = str(folders.intermediate() / coach_cluster.own_folder())
        logger.experiment_path = args.experiment_path
        args.checkpoint_save_dir = str(folders.output_data() / "checkpoint")
        args.checkpoint_save_secs = CHECKPOINT_SECONDS
        for folder in (args.experiment_path, args.checkpoint_save_dir):
            os.makedirs(folder, exist_ok=True)
        args.framework = Frameworks[os.environ.get("COACH_BACKEND", "tensorflow")]
        several = len(coach_cluster.hosts()) > 1
        args.export_onnx_graph = self.save_model and args.framework == Frameworks.mxnet and not several
        args.apply_stop_condition = ours.apply_stop_condition
        args.no_summary = True
        if several and ours.num_workers > 1:
            raise ValueError(f"num_workers: {ours.num_workers} (expected: 1 on several hosts, which act for the first)")
        args.num_workers = ours.num_workers
        args.preset = ours.RLCOACH_PRESET
        self.hyperparameters = CoachConfigurationList()
        for name, value in _pairs(rest):
            self.map_hyperparameter(name, value)
        return args

    def path_of_main_launcher(self):
        main = getattr(sys.modules["__main__"], "__file__", None)
        return os.path.dirname(os.path.abspath(main)) if main else os.getcwd()

    def preset_from_name(self, preset_name):
        beside = pathlib.Path(self.path_of_main_launcher())
        name = preset_name.removesuffix(".py")
        file = beside / f"{name}.py"
        if file.is_file():
            print(f"Preset {name}", flush=True)
            return short_dynamic_import(f"{file}:graph_manager", ignore_module_case=True)
        if name not in _names(COACHS_OWN):
            there = ", ".join(_names(beside))
            own = ", ".join(_names(COACHS_OWN))
            sys.exit(
                f'RLCOACH_PRESET: "{preset_name}" is no file beside the script (there: {there}), '
                f"and none of Coach's own presets (there: {own})."
            )
        print(f"Preset {name} of Coach's own", flush=True)
        return short_dynamic_import(f"rl_coach.presets.{name}:graph_manager")

    def get_graph_manager_from_args(self, args):
        graph_manager = self.preset_from_name(args.preset)
        self.hyperparameters.apply_subset(graph_manager, "rl.")
        choose_framework(graph_manager, args.framework)
        return graph_manager

    def run_graph_manager(self, graph_manager, args):
        """Trains and saves, on the first of several hosts."""
        task = self.create_task_parameters(graph_manager, args)
        if args.num_workers > 1:
            coach_workers.improve(graph_manager, args, task)
        elif len(coach_cluster.hosts()) > 1:
            if not coach_cluster.improve(graph_manager, task):
                graph_manager.close()
                return
        else:
            graph_manager.create_graph(task)
            graph_manager.improve()
        graph_manager.save_checkpoint()  # Coach itself saves by the clock only, and not at the end
        if self.save_model:
            self.save_policy(graph_manager, args.framework)
        graph_manager.close()

    def save_policy(self, graph_manager, framework):
        """Fills the model folder, while the trained network is there."""
        export(graph_manager, framework, folders.model())

    @classmethod
    def train_main(cls):
        """What a script calls."""
        cls().launch()


class SageMakerCoachLauncher(SageMakerCoachPresetLauncher):
    """The older way: the subclass defines agent and environment instead of a preset."""

    def default_preset_name(self):
        return ""

    def define_agent(self):
        raise NotImplementedError(f"{type(self).__name__}.define_agent: return the agent's parameters here")

    def define_environment(self):
        raise NotImplementedError(f"{type(self).__name__}.define_environment: return the environment's parameters here")

    def config_schedule(self, schedule_params):
        """May change how long to train, evaluate and heat up."""

    def config_visualization(self, vis_params):
        vis_params.dump_gifs = True
        vis_params.video_dump_methods = [SelectedPhaseOnlyDumpFilter(RunPhase.TEST), MaxDumpFilter()]
        return vis_params

    def map_hyperparameter(self, name, value):
        self.apply_hyperparameter(name, value)

    def get_graph_manager_from_args(self, args):
        visualization, schedule = VisualizationParameters(), ScheduleParameters()
        self.config_visualization(visualization)
        self.config_schedule(schedule)
        parts = {
            "vis_params.": visualization,
            "schedule_params.": schedule,
            "agent_params.": self.define_agent(),
            "env_params.": self.define_environment(),
        }
        for prefix, part in parts.items():
            self.hyperparameters.apply_subset(part, prefix)
        graph_manager = BasicRLGraphManager(
            agent_params=parts["agent_params."],
            env_params=parts["env_params."],
            schedule_params=schedule,
            vis_params=visualization,
        )
        choose_framework(graph_manager, args.framework)
        return graph_manager


def choose_framework(graph_manager, framework):
    """Before the graph is made: what all of its networks are built with."""
    agents = getattr(graph_manager, "agents_params", None) or [graph_manager.agent_params]
    for agent in agents:
        for network in agent.network_wrappers.values():
            network.framework = framework


def _pairs(arguments):
    if len(arguments) % 2:
        raise ValueError(f"hyperparameters {arguments}: a name without a value")
    for name, value in zip(arguments[::2], arguments[1::2]):
        if not name.startswith("--"):
            raise ValueError(f"argument {name} (expected: --name value)")
        yield name[2:], value


def _truth(text):
    return text.lower() in ("1", "true")
