"""Trains a CartPole policy with Coach: the script of the SageMaker documentation's example.

It is a preset and its launcher in one file, so it needs no source_dir. COACH_BACKEND says which framework the networks
are made of; hyperparameters `rl.…` change the graph manager below, for example
`rl.agent_params.algorithm.discount=0.95` or `rl.improve_steps:EnvironmentSteps=20000`. With instance_count=3 the second
and third host act for the first, which learns.
"""

from rl_coach.agents.clipped_ppo_agent import ClippedPPOAgentParameters
from rl_coach.architectures.layers import Dense
from rl_coach.base_parameters import VisualizationParameters
from rl_coach.core_types import EnvironmentEpisodes, EnvironmentSteps
from rl_coach.environments.gym_environment import GymVectorEnvironment
from rl_coach.graph_managers.basic_rl_graph_manager import BasicRLGraphManager
from rl_coach.graph_managers.graph_manager import ScheduleParameters
from rl_coach.schedules import LinearSchedule
from sagemaker_rl.coach_launcher import SageMakerCoachPresetLauncher

schedule = ScheduleParameters()
schedule.improve_steps = EnvironmentSteps(40_000)  # at most
schedule.steps_between_evaluation_periods = EnvironmentSteps(2048)
schedule.evaluation_steps = EnvironmentEpisodes(5)
schedule.heatup_steps = EnvironmentSteps(0)

agent = ClippedPPOAgentParameters()
network = agent.network_wrappers["main"]
network.learning_rate = 0.0003
network.input_embedders_parameters["observation"].activation_function = "tanh"
network.input_embedders_parameters["observation"].scheme = [Dense(64)]
network.middleware_parameters.scheme = [Dense(64)]
network.middleware_parameters.activation_function = "tanh"
network.batch_size = 64
network.optimizer_epsilon = 1e-5
network.adam_optimizer_beta2 = 0.999
agent.algorithm.clip_likelihood_ratio_using_epsilon = 0.2
agent.algorithm.clipping_decay_schedule = LinearSchedule(1.0, 0, 1_000_000)
agent.algorithm.beta_entropy = 0
agent.algorithm.gae_lambda = 0.95
agent.algorithm.discount = 0.99
agent.algorithm.optimization_epochs = 10
agent.algorithm.estimate_state_value_using_gae = True
agent.algorithm.num_steps_between_copying_online_weights_to_target = EnvironmentSteps(2048)

environment = GymVectorEnvironment(level="CartPole-v0")
environment.custom_reward_threshold = 195
environment.target_success_rate = 0.8  # of an evaluation's episodes

graph_manager = BasicRLGraphManager(
    agent_params=agent,
    env_params=environment,
    schedule_params=schedule,
    vis_params=VisualizationParameters(),
)


class Launcher(SageMakerCoachPresetLauncher):
    def default_preset_name(self):
        return "coach-train"

    def sagemaker_argparser(self):
        parser = super().sagemaker_argparser()
        parser.set_defaults(save_model=1, apply_stop_condition=True)  # a model to deploy; enough once it balances
        return parser


if __name__ == "__main__":
    Launcher.train_main()
