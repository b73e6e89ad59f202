"""RLlib's policies from their checkpoints, as they act in their environments: what was seen goes through the filters
they were trained with, and what they do comes in the environment's own units. Without a Ray cluster.

A policy has `space`, of its environment's observations, and `actions(observations)`: a batch in, a batch out, greedy.
"""

import numpy as np

from rein_serving import ray_spaces
from rein_serving.settings import Refusal

MEMORY = "the policy remembers from step to step, and an endpoint does not; give a model_fn"


def _known(space):
    strange = ray_spaces.unreadable(space)
    if strange is not None:
        raise Refusal(f"the policy's observations are {space}, and JSON has nothing for {strange}; give a model_fn")
    return space


class ModulePolicy:
    """RLModule of the new API stack (Ray 2.40 and later): the action its distribution thinks best.

    Beside it in an algorithm's checkpoint are the connectors between it and the environment. A module alone takes
    what its own space says.
    """

    def __init__(self, folder):
        from ray.rllib.core.rl_module.rl_module import RLModule

        self._module = RLModule.from_checkpoint(str(folder))
        if self._module.is_stateful():
            raise Refusal(MEMORY)
        self._distribution = self._module.get_inference_action_dist_cls()
        self._connect(folder.parents[3] / "env_runner")

    def _connect(self, folder):
        from ray.rllib.connectors.env_to_module.env_to_module_pipeline import EnvToModulePipeline
        from ray.rllib.connectors.module_to_env.module_to_env_pipeline import ModuleToEnvPipeline

        seen, done = folder / "env_to_module_connector", folder / "module_to_env_connector"
        self._seen = EnvToModulePipeline.from_checkpoint(str(seen)) if seen.is_dir() else None
        for connector in self._seen.connectors if self._seen else ():
            if hasattr(connector, "_update_stats"):
                connector._update_stats = False  # of a filter: what is asked is no experience
        pieces = ModuleToEnvPipeline.from_checkpoint(str(done)).connectors if done.is_dir() else ()
        last = next((piece for piece in pieces if hasattr(piece, "normalize_actions")), None)
        self._squashed = last.normalize_actions if last else not pieces  # RLlib's default
        self._clipped = bool(last and last.clip_actions)
        self.space = _known(self._seen.input_observation_space if self._seen else self._module.observation_space)
        self._action_space = self._seen.input_action_space if self._seen else self._module.action_space

    def actions(self, observations):
        import torch

        with torch.no_grad():
            answer = self._module.forward_inference(self._batch(observations))
            if "actions" in answer:
                chosen = answer["actions"]
            else:
                chosen = self._distribution.from_logits(answer["action_dist_inputs"]).to_deterministic().sample()
        return _for_environment(ray_spaces.numpy(chosen), self._action_space, self._squashed, self._clipped)

    def _batch(self, observations):
        import torch

        if not self._seen:
            return {"obs": torch.as_tensor(np.asarray(observations), dtype=torch.float32)}
        from ray.rllib.env.single_agent_episode import SingleAgentEpisode

        begun = [
            SingleAgentEpisode(observations=[row], observation_space=self.space, action_space=self._action_space)
            for row in observations
        ]
        return self._seen(episodes=begun, rl_module=self._module, explore=False, shared_data={})


class OldPolicy:
    """Policy of RLlib as it was before, on TensorFlow or PyTorch."""

    def __init__(self, folder):
        self._eager_off()
        from ray.rllib.policy.policy import Policy

        self._policy = Policy.from_checkpoint(str(folder))
        if self._policy.get_initial_state():
            raise Refusal(MEMORY)
        space = self._policy.observation_space
        self.space = _known(getattr(space, "original_space", space))
        self._preprocessor = self._preprocessor_of(self.space)
        self._filters = self._filters_of(self._policy)

    @staticmethod
    def _eager_off():
        """Checkpoints of `framework: tf` are graphs. Harmless for the others but tf2, which asks for it itself."""
        try:
            import tensorflow
        except ImportError:
            return
        tensorflow.compat.v1.disable_eager_execution()

    def _preprocessor_of(self, space):
        from ray.rllib.models.catalog import ModelCatalog

        made = ModelCatalog.get_preprocessor_for_space(space, self._policy.config.get("model"))
        _unchecked(made)
        return made

    @staticmethod
    def _filters_of(policy):
        if policy.config.get("observation_filter", "NoFilter") == "NoFilter":
            return []
        from ray.rllib.connectors.agent.synced_filter import SyncedFilterAgentConnector

        found = policy.agent_connectors[SyncedFilterAgentConnector] if policy.agent_connectors else []
        if not found:
            raise Refusal(
                f"the policy was trained behind a {policy.config['observation_filter']}, which its checkpoint does not "
                "hold; train with enable_connectors, or give a model_fn"
            )
        return [connector.filter for connector in found]

    def _filtered(self, observation):
        row = self._preprocessor.transform(observation)
        for seen in self._filters:
            row = seen(row, update=False)
        return row

    def actions(self, observations):
        batch = np.stack([self._filtered(observation) for observation in observations])
        chosen = ray_spaces.numpy(self._policy.compute_actions(batch, explore=False)[0])
        config = self._policy.config
        return _for_environment(
            chosen,
            self._policy.action_space,
            config.get("normalize_actions", True),
            config.get("clip_actions", False),
        )


def _unchecked(preprocessor):
    """It looks at one in a hundred, and refuses what is out of bounds."""
    preprocessor.check_shape = lambda observation: None
    for part in getattr(preprocessor, "preprocessors", ()):
        _unchecked(part)


def _for_environment(actions, space, squashed, clipped):
    """Networks count an action of bounds from -1 to 1, as RLlib trains them unless it is told otherwise."""
    from ray.rllib.utils.spaces import space_utils

    struct = space_utils.get_base_struct_from_space(space)
    if squashed:
        actions = space_utils.unsquash_action(actions, struct)
    elif clipped:
        actions = space_utils.clip_action(actions, struct)
    return ray_spaces.rows(actions)
