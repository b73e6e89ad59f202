"""Preset: Double DQN that trusts only actions like those that were taken (batch-constrained Q-learning, Fujimoto et al.
2019); which they are is asked of the nearest neighbours of a state."""

from offline import graph_manager as offline
from rl_coach.agents.ddqn_bcq_agent import DDQNBCQAgentParameters, KNNParameters

agent = DDQNBCQAgentParameters()
agent.algorithm.action_drop_method_parameters = KNNParameters()
graph_manager = offline(agent)
