"""PyTorch models where the script says nothing, and with one; what they answer is what PyTorch says."""

import io
import unittest

import numpy as np
import torch
from server import Server

ROWS = np.array([[0.1, 0.2, 0.3, 0.4], [1, -2, 3, -4]], np.float32)


def network():
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2), torch.nn.Softmax(-1))


def expected(module, rows=ROWS):
    with torch.no_grad():
        return module(torch.from_numpy(rows)).numpy()


class GivenTorchScript(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("pytorch")
        module = network()
        cls.expected = expected(module)
        torch.jit.script(module).save(str(cls.server.model / "policy.pt"))
        cls.server.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.server.end()

    def test_json_is_answered_as_pytorch_answers_it(self):
        np.testing.assert_array_equal(np.float32(self.server.invoke(ROWS.tolist()).json), self.expected)

    def test_csv_and_npy_go_in_and_out(self):
        answer = self.server.invoke("0.1,0.2,0.3,0.4\n1,-2,3,-4\n", "text/csv", "text/csv")
        np.testing.assert_array_equal(np.loadtxt(io.StringIO(answer.text), np.float32, delimiter=","), self.expected)
        file = io.BytesIO()
        np.save(file, ROWS)
        answer = self.server.invoke(file.getvalue(), "application/x-npy", "application/x-npy")
        np.testing.assert_array_equal(np.load(io.BytesIO(answer.body)), self.expected)

    def test_mistakes_are_told(self):
        self.assertEqual(400, self.server.invoke('["a", "b"]').status)
        self.assertEqual(415, self.server.invoke("x", "image/png").status)
        self.assertEqual(406, self.server.invoke(ROWS.tolist(), accept="image/png").status)
        wrong = self.server.invoke([[1, 2]])
        self.assertEqual(500, wrong.status)
        self.assertIn("shapes cannot be multiplied", wrong.text)


class GivenOtherForms(unittest.TestCase):
    def test_an_onnx_file_is_served(self):
        server = Server("pytorch")
        module = network()
        torch.onnx.export(
            module,
            (torch.from_numpy(ROWS),),
            str(server.model / "policy.onnx"),
            input_names=["observations"],
            dynamic_axes={"observations": {0: "batch"}},
            dynamo=False,
        )
        with server:
            np.testing.assert_allclose(np.float32(server.invoke(ROWS.tolist()).json), expected(module), rtol=1e-5)

    def test_model_fn_loads_a_state_dict_and_the_rest_is_default(self):
        server = Server("pytorch")
        module = network()
        torch.save(module.state_dict(), str(server.model / "weights.pth"))
        server.code(
            "inference.py",
            """
            import torch

            def model_fn(model_dir):
                module = torch.nn.Sequential(
                    torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2), torch.nn.Softmax(-1)
                )
                module.load_state_dict(torch.load(model_dir + "/weights.pth"))
                return module.eval()
            """,
        )
        with server:
            np.testing.assert_array_equal(np.float32(server.invoke(ROWS.tolist()).json), expected(module))

    def test_a_state_dict_alone_is_told(self):
        server = Server("pytorch")
        torch.save(network().state_dict(), str(server.model / "weights.pth"))
        self.assertIn("weights.pth is no TorchScript (expected: what torch.jit.save wrote", server.refused())

    def test_another_frameworks_model_is_told_by_its_files(self):
        server = Server("pytorch")
        (server.model / "saved_model.pb").write_bytes(b"x")
        self.assertIn("holds saved_model.pb (expected: one TorchScript file", server.refused())


if __name__ == "__main__":
    unittest.main(verbosity=2)
