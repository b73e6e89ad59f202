"""MXNet models where the script says nothing, and with one; what they answer is what MXNet says."""

import unittest

import mxnet as mx
import numpy as np
from server import Server

ROWS = np.array([[0.1, 0.2, 0.3, 0.4], [1, -2, 3, -4]], np.float32)


def network():
    """A policy and a value on a common layer, as actor-critics have it."""
    data = mx.sym.Variable("data")
    hidden = mx.sym.Activation(mx.sym.FullyConnected(data, num_hidden=8, name="hidden"), act_type="tanh")
    policy = mx.sym.softmax(mx.sym.FullyConnected(hidden, num_hidden=2, name="policy"))
    value = mx.sym.FullyConnected(hidden, num_hidden=1, name="value")
    return mx.sym.Group([value, policy])


def module(symbol, rows):
    made = mx.mod.Module(symbol, data_names=["data"], label_names=None)
    made.bind([("data", rows.shape)], for_training=False)
    mx.random.seed(1)
    made.init_params(mx.init.Uniform(1.0))
    return made


def outputs(made, rows):
    made.forward(mx.io.DataBatch([mx.nd.array(rows)]), is_train=False)
    return [each.asnumpy() for each in made.get_outputs()]


class GivenSymbolAndParameters(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("mxnet")
        made = module(network(), ROWS)
        made.save_checkpoint(str(cls.server.model / "model"), 0)
        cls.value, cls.policy = outputs(made, ROWS)
        cls.server.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.server.end()

    def test_a_batch_is_answered_as_mxnet_answers_it(self):
        value, policy = self.server.invoke(ROWS.tolist()).json
        np.testing.assert_array_equal(np.float32(value), self.value)
        np.testing.assert_array_equal(np.float32(policy), self.policy)

    def test_a_single_observation_is_a_batch_of_one(self):
        value, policy = self.server.invoke(ROWS[0].tolist()).json
        np.testing.assert_allclose(np.float32(policy), self.policy[:1], rtol=1e-6)

    def test_csv_goes_in(self):
        value, policy = self.server.invoke("0.1,0.2,0.3,0.4\n1,-2,3,-4\n", "text/csv").json
        np.testing.assert_array_equal(np.float32(value), self.value)

    def test_mistakes_are_told(self):
        self.assertEqual(400, self.server.invoke('["a", "b"]').status)
        self.assertEqual(415, self.server.invoke("x", "image/png").status)
        wrong = self.server.invoke([[1, 2]])
        self.assertEqual(400, wrong.status)
        self.assertIn("hidden_weight would have (8, 2) (expected: (8, 4))", wrong.text)


class GivenOtherForms(unittest.TestCase):
    def test_gluons_export_is_served(self):
        net = mx.gluon.nn.HybridSequential()
        net.add(mx.gluon.nn.Dense(8, activation="relu"), mx.gluon.nn.Dense(2))
        net.initialize(mx.init.Uniform(1.0))
        net.hybridize()
        expected = net(mx.nd.array(ROWS)).asnumpy()
        server = Server("mxnet")
        net.export(str(server.model / "policy"), epoch=3)
        with server:
            np.testing.assert_array_equal(np.float32(server.invoke(ROWS.tolist()).json), expected)

    def test_an_onnx_file_as_coach_writes_it_is_served(self):
        from mxnet import onnx

        symbol = network()
        made = module(symbol, ROWS[:1])
        expected = [outputs(made, row[None]) for row in ROWS]
        server = Server("mxnet")
        args, aux = made.get_params()
        onnx.export_model(symbol, {**args, **aux}, [(1, 4)], np.float32, str(server.model / "model.onnx"))
        with server:
            value, policy = server.invoke(ROWS.tolist()).json
            np.testing.assert_allclose(np.float32(policy), np.concatenate([row[1] for row in expected]), rtol=1e-5)
            np.testing.assert_allclose(np.float32(value), np.concatenate([row[0] for row in expected]), rtol=1e-5)

    def test_model_fn_may_return_a_module_and_the_rest_is_default(self):
        server = Server("mxnet")
        made = module(network(), ROWS[:1])
        made.save_checkpoint(str(server.model / "agent"), 7)
        expected = outputs(made, ROWS[:1])
        server.code(
            "inference.py",
            """
            import mxnet as mx

            def model_fn(model_dir):
                symbol, args, aux = mx.model.load_checkpoint(model_dir + "/agent", 7)
                made = mx.mod.Module(symbol, data_names=["data"], label_names=None)
                made.bind([("data", (1, 4))], for_training=False)
                made.set_params(args, aux)
                return made
            """,
        )
        with server:
            value, policy = server.invoke(ROWS[0].tolist()).json
            np.testing.assert_array_equal(np.float32(policy), expected[1])

    def test_another_frameworks_model_is_told_by_its_files(self):
        server = Server("mxnet")
        (server.model / "model.pt").write_bytes(b"x")
        self.assertIn("holds model.pt (expected: model-symbol.json with model-0000.params", server.refused())

    def test_a_broken_model_is_told(self):
        server = Server("mxnet")
        (server.model / "model-symbol.json").write_text("{")
        (server.model / "model-0000.params").write_bytes(b"")
        self.assertIn("the model cannot be loaded by the default handlers for mxnet", server.refused())


if __name__ == "__main__":
    unittest.main(verbosity=2)
