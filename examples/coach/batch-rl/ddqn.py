"""Preset: Double DQN from stored transitions (van Hasselt et al. 2016)."""

from offline import graph_manager as offline
from rl_coach.agents.ddqn_agent import DDQNAgentParameters

graph_manager = offline(DDQNAgentParameters())
