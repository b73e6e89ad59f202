"""What both presets are made of: learning from the transitions of the channel `training`, without a simulator.

After each epoch the policy is judged by off-policy evaluation on a fifth of the transitions that it did not learn from;
Coach writes the estimates to its CSV file.
"""

import os
import pathlib

from rl_coach.base_parameters import VisualizationParameters
from rl_coach.core_types import CsvDataset, EnvironmentSteps, TrainingSteps
from rl_coach.filters.filter import InputFilter
from rl_coach.filters.reward import RewardRescaleFilter
from rl_coach.graph_managers.batch_rl_graph_manager import BatchRLGraphManager
from rl_coach.graph_managers.graph_manager import ScheduleParameters
from rl_coach.memories.episodic import EpisodicExperienceReplayParameters
from rl_coach.memories.memory import MemoryGranularity
from rl_coach.schedules import LinearSchedule
from rl_coach.spaces import DiscreteActionSpace, RewardSpace, SpacesDefinition, StateSpace, VectorObservationSpace

LARGEST = 1_000_000


def channel():
    folder = pathlib.Path(os.environ.get("SM_CHANNEL_TRAINING", "."))
    files = sorted(folder.rglob("*.csv"))
    if len(files) != 1:
        raise SystemExit(f"{folder}: {len(files)} CSV files (expected: one, which collect.py makes)")
    return str(files[0])


def graph_manager(agent):
    """For an agent of Coach's DQN family."""
    main = agent.network_wrappers["main"]
    main.batch_size = 128
    main.learning_rate = 0.0003
    main.replace_mse_with_huber_loss = False
    main.softmax_temperature = 0.2
    agent.algorithm.num_steps_between_copying_online_weights_to_target = TrainingSteps(100)
    agent.algorithm.num_consecutive_playing_steps = EnvironmentSteps(0)
    agent.algorithm.discount = 0.98
    agent.memory = EpisodicExperienceReplayParameters()
    agent.memory.max_size = (MemoryGranularity.Transitions, LARGEST)
    agent.memory.load_memory_from_file_path = CsvDataset(channel(), is_episodic=True)
    agent.exploration.epsilon_schedule = LinearSchedule(0, 0, 1)
    agent.exploration.evaluation_epsilon = 0
    agent.input_filter = InputFilter()
    agent.input_filter.add_reward_filter("rescale", RewardRescaleFilter(1 / 200))
    schedule = ScheduleParameters()
    schedule.improve_steps = TrainingSteps(20)  # epochs
    schedule.steps_between_evaluation_periods = TrainingSteps(1)
    schedule.heatup_steps = EnvironmentSteps(0)
    return BatchRLGraphManager(
        agent_params=agent,
        env_params=None,
        spaces_definition=SpacesDefinition(
            state=StateSpace({"observation": VectorObservationSpace(shape=4)}),
            goal=None,
            action=DiscreteActionSpace(2),
            reward=RewardSpace(1),
        ),
        schedule_params=schedule,
        vis_params=VisualizationParameters(dump_signals_to_csv_every_x_episodes=1),
        reward_model_num_epochs=10,
        train_to_eval_ratio=0.8,
    )
