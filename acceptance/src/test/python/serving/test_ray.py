"""RLlib's checkpoints behind the model server: it acts as the policy does. For every Ray that a runtime holds."""

import unittest

import gymnasium
import numpy as np
import ray
from server import Server

# The first is out of its space's bounds, where a network answers as well.
ROWS = np.array([[0.1, 0.2, 0.9, 0.4], [0.01, -0.2, 0.03, -0.4], [0, 1, 0, 0], [0, -1, 0, 0]], np.float32)
OLD = ray.__version__.startswith("2.3")


def spaces():
    made = gymnasium.make("CartPole-v1")
    return made.observation_space, made.action_space


def checkpointed(policy):
    server = Server("ray")
    policy.export_checkpoint(str(server.model / "checkpoint" / "policies" / "default_policy"))
    return server


class GivenACheckpoint(unittest.TestCase):
    """In the folders of an algorithm's, written by RLlib; random weights choose, too."""

    def acts_like(self, server, actions):
        with server:
            self.assertEqual({"actions": actions}, server.invoke({"observations": ROWS.tolist()}).json)
            self.assertEqual({"predictions": actions}, server.invoke({"instances": ROWS.tolist()}).json)
            self.assertEqual({"actions": actions}, server.invoke(ROWS.tolist()).json)
            self.assertEqual({"action": actions[1]}, server.invoke({"observation": ROWS[1].tolist()}).json)
            self.assertEqual({"action": actions[1]}, server.invoke(ROWS[1].tolist()).json)
            csv = "\n".join(",".join(map(str, row)) for row in ROWS.tolist())
            self.assertEqual({"actions": actions}, server.invoke(csv, "text/csv").json)
            wrong = server.invoke({"observation": [1, 2]})
            self.assertEqual((400, "observations of the shape [2] (expected: [4])"), (wrong.status, wrong.text))
            self.assertEqual(400, server.invoke({"state": [1, 2]}).status)
            self.refuses(server, "no observations", {"observations": []}, {"observations": 5})
            self.refuses(server, "no numbers", '"a"', [[1, 2, 3, 4], [1, "2", 3, 4]], {"observation": None})
            self.refuses(server, "no numbers in lists of equal lengths", [[1, 2, 3, 4], [1, 2]])
            self.refuses(server, "cannot be read", '{"observation": [0, 1')
            self.refuses(server, "out of the policy's Box", "[0, 1, NaN, 1]", "[0, 1, 1e300, 1]")

    def refuses(self, server, why, *bodies):
        for body in bodies:
            with self.subTest(body=body):
                answer = server.invoke(body)
                self.assertEqual((400, True), (answer.status, why in answer.text), answer)

    def old(self, policy):
        self.acts_like(checkpointed(policy), policy.compute_actions(ROWS, explore=False)[0].tolist())

    @unittest.skipUnless(OLD, "Ray 2.3.1's")
    def test_of_tensorflow_it_acts_like_the_policy(self):
        import tensorflow as tf
        from ray.rllib.algorithms.ppo import PPOConfig
        from ray.rllib.algorithms.ppo.ppo_tf_policy import PPOTF1Policy

        tf.compat.v1.disable_eager_execution()
        with tf.Graph().as_default():
            self.old(PPOTF1Policy(*spaces(), PPOConfig().framework("tf").to_dict()))

    @unittest.skipUnless(OLD, "Ray 2.3.1's")
    def test_of_pytorch_it_acts_like_the_policy(self):
        from ray.rllib.algorithms.ppo import PPOConfig
        from ray.rllib.algorithms.ppo.ppo_torch_policy import PPOTorchPolicy

        self.old(PPOTorchPolicy(*spaces(), PPOConfig().framework("torch").to_dict()))

    @unittest.skipUnless(OLD, "Ray 2.3.1's")
    def test_of_counted_observations_it_takes_whole_ones_of_its_space(self):
        from ray.rllib.algorithms.ppo import PPOConfig
        from ray.rllib.algorithms.ppo.ppo_torch_policy import PPOTorchPolicy
        from ray.rllib.models.catalog import ModelCatalog

        places = ModelCatalog.get_preprocessor_for_space(gymnasium.spaces.Discrete(16))
        policy = PPOTorchPolicy(places.observation_space, spaces()[1], PPOConfig().framework("torch").to_dict())
        rows = np.stack([places.transform(i) for i in range(16)])
        actions = policy.compute_actions(rows, explore=False)[0].tolist()
        with checkpointed(policy) as server:
            self.assertEqual({"actions": actions}, server.invoke({"observations": list(range(16))}).json)
            self.assertEqual({"action": actions[3]}, server.invoke(3).json)
            self.refuses(server, "out of the policy's Discrete(16)", 16, -1, 1.5, [3, 16])
            self.refuses(server, "no observations", {"observations": 5}, [])

    @unittest.skipUnless(OLD, "Ray 2.3.1's")
    def test_of_parts_it_acts_through_filters_and_in_the_environments_units(self):
        from gymnasium.spaces import Box, Dict, Discrete, Tuple
        from ray.rllib.algorithms.ppo import PPOConfig
        from ray.rllib.algorithms.ppo.ppo_torch_policy import PPOTorchPolicy
        from ray.rllib.connectors.agent.synced_filter import SyncedFilterAgentConnector
        from ray.rllib.connectors.util import create_connectors_for_policy
        from ray.rllib.models.catalog import ModelCatalog
        from ray.rllib.utils.policy import local_policy_inference

        seen = Tuple([Discrete(3), Dict({"where": Box(-5, 5, (2,), np.float32)})])
        done = Dict({"push": Box(-2, 4, (1,), np.float32), "gear": Discrete(4)})
        config = PPOConfig().framework("torch").rollouts(observation_filter="MeanStdFilter").exploration(explore=False)
        flat = ModelCatalog.get_preprocessor_for_space(seen)
        policy = PPOTorchPolicy(flat.observation_space, done, config.to_dict())
        create_connectors_for_policy(policy, config)
        seen.seed(1)
        rows = [seen.sample() for _ in range(8)]
        for row in rows:
            policy.agent_connectors[SyncedFilterAgentConnector][0].filter(flat.transform(row))
        acted = [local_policy_inference(policy, str(i), "0", row)[0][0] for i, row in enumerate(rows)]
        asked = [[int(kind), {"where": parts["where"].tolist()}] for kind, parts in rows]
        with checkpointed(policy) as server:
            answered = server.invoke({"observations": asked}).json["actions"]
            self.assertEqual([int(action["gear"]) for action in acted], [action["gear"] for action in answered])
            pushes = [action["push"] for action in answered]
            np.testing.assert_allclose(pushes, [action["push"] for action in acted], rtol=1e-5)
            self.assertGreater(np.min(pushes), -0.5)  # around the middle of the bounds, 1, and not around 0
            bare = server.invoke(asked[0]).json["action"]
            np.testing.assert_allclose(bare["push"], pushes[0], rtol=1e-5)
            self.refuses(server, "observation[0] out of the policy's Discrete(3)", {"observation": [3, asked[0][1]]})
            self.refuses(server, "['were'] (expected: ['where'])", {"observation": [1, {"were": [0, 0]}]})
            self.refuses(server, "observations[1] is no list of 2", {"observations": [asked[0], 5]})
            self.refuses(server, "no observations", {"observations": []}, {"observations": 5})
            self.assertEqual(406, server.invoke({"observations": asked}, accept="text/csv").status)

    @unittest.skipUnless(OLD, "Ray 2.3.1's")
    def test_a_policy_with_a_memory_is_refused(self):
        from ray.rllib.algorithms.ppo import PPOConfig
        from ray.rllib.algorithms.ppo.ppo_torch_policy import PPOTorchPolicy

        config = PPOConfig().framework("torch").training(model={"use_lstm": True}).to_dict()
        server = Server("ray")
        PPOTorchPolicy(*spaces(), config).export_checkpoint(
            str(server.model / "checkpoint" / "policies" / "default_policy")
        )
        self.assertIn("remembers from step to step", server.refused())

    @unittest.skipIf(OLD, "the new API stack's")
    def test_of_the_new_stack_it_acts_like_the_module(self):
        import torch
        from ray.rllib.algorithms.ppo.ppo_catalog import PPOCatalog
        from ray.rllib.algorithms.ppo.torch.ppo_torch_rl_module import PPOTorchRLModule

        observations, actions = spaces()
        module = PPOTorchRLModule(
            observation_space=observations, action_space=actions, model_config={}, catalog_class=PPOCatalog
        )
        server = Server("ray")
        module.save_to_path(
            str(server.model / "checkpoint" / "learner_group" / "learner" / "rl_module" / "default_policy")
        )
        logits = module.forward_inference({"obs": torch.from_numpy(ROWS)})["action_dist_inputs"]
        self.acts_like(server, logits.argmax(-1).tolist())


class GivenNoCheckpoint(unittest.TestCase):
    def test_a_saved_model_is_sent_to_its_own_server(self):
        server = Server("ray")
        (server.model / "saved_model.pb").write_bytes(b"x")
        self.assertIn("for a SavedModel choose an image of TensorFlow Serving", server.refused())


if __name__ == "__main__":
    unittest.main(verbosity=2)
