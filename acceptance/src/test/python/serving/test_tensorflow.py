"""SavedModels behind TensorFlow Serving's REST API and SageMaker's /invocations: they answer what TensorFlow says."""

import json
import sys
import unittest

# In the runtime for old scripts `tensorflow` would be TensorFlow 1; the server has it out of its way likewise.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "rein_coach"]

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from server import Server  # noqa: E402

OBSERVATIONS = np.array([[0.1, 0.2, 0.3, 0.4], [1, -2, 3, -4]], np.float32)


class Policy(tf.Module):
    """In the shape of an exported policy, with a signature of several inputs and one of each other method."""

    def __init__(self, version):
        self.weights = tf.Variable(np.linspace(-1, 1, 8, dtype=np.float32).reshape(4, 2) * version)

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, name="observation")])
    def policy(self, observation):
        return {"policy": tf.nn.softmax(observation @ self.weights)}

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, 4], tf.float32, name="observations"),
            tf.TensorSpec([], tf.bool, name="is_training"),
        ]
    )
    def full(self, observations, is_training):
        logits = observations @ self.weights
        names = tf.gather(tf.constant([b"left", b"right"]), tf.argmax(logits, -1))
        return {"logits": logits, "actions_0": tf.argmax(logits, -1), "names": names, "raw_bytes": names}


def save(version, folder):
    policy = Policy(version)
    tf.saved_model.save(policy, str(folder), signatures={"serving_default": policy.policy, "full": policy.full})
    return policy


def save_of_tensorflow_1(folder):
    """What Coach's export writes, and signatures for examples."""
    v1 = tf.compat.v1
    anywhere = v1.ConfigProto(allow_soft_placement=True)
    with tf.Graph().as_default(), v1.Session(config=anywhere) as session:
        examples = v1.placeholder(tf.string, [None], name="examples")
        x = v1.io.parse_example(examples, {"x": v1.FixedLenFeature([1], tf.float32)})["x"]
        with tf.device("/device:GPU:0"):  # as Coach has it, on any machine
            half = v1.get_variable("half", initializer=0.5)
        score = x * half + 2.0
        observation = v1.placeholder(tf.float32, [None, 1], name="observation")
        session.run(v1.global_variables_initializer())
        info = v1.saved_model.build_tensor_info
        make = v1.saved_model.build_signature_def
        classes = tf.tile(tf.constant([[b"down", b"up"]]), [tf.shape(score)[0], 1])
        signatures = {
            "serving_default": make(
                {"observation": info(observation)}, {"policy": info(observation * half)}, "tensorflow/serving/predict"
            ),
            "regress": make({"inputs": info(examples)}, {"outputs": info(score)}, "tensorflow/serving/regress"),
            "classify": make(
                {"inputs": info(examples)},
                {"classes": info(classes), "scores": info(tf.concat([-score, score], 1))},
                "tensorflow/serving/classify",
            ),
        }
        builder = v1.saved_model.Builder(str(folder))
        builder.add_meta_graph_and_variables(session, ["serve"], signatures)
        builder.save()


class GivenTwoVersionsOfAPolicy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("tensorflow")
        cls.first = save(1, cls.server.model / "cartpole" / "1")
        cls.second = save(2, cls.server.model / "cartpole" / "00000002")
        save_of_tensorflow_1(cls.server.model / "old" / "7")
        cls.server.environment["SAGEMAKER_TFS_DEFAULT_MODEL_NAME"] = "cartpole"
        cls.server.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.server.end()
        assert cls.server.exit_code == 0

    def answers(self, answer, policy, observations=OBSERVATIONS):
        self.assertEqual(200, answer.status, answer)
        got = np.array(answer.json["predictions"], np.float32)
        np.testing.assert_array_equal(got, policy.policy(observations)["policy"].numpy())

    def test_the_newest_version_answers_what_tensorflow_does(self):
        self.answers(self.server.invoke({"instances": OBSERVATIONS.tolist()}), self.second)

    def test_a_single_observation_is_one_instance(self):
        self.answers(self.server.invoke(OBSERVATIONS[0].tolist()), self.second, OBSERVATIONS[:1])

    def test_a_list_of_lists_is_all_instances(self):
        self.answers(self.server.invoke(OBSERVATIONS.tolist()), self.second)

    def test_lines_of_json_are_instances(self):
        lines = "\n".join(json.dumps(row) for row in OBSERVATIONS.tolist())
        self.answers(self.server.invoke(lines, "application/jsonlines"), self.second)
        self.answers(self.server.invoke(lines, "application/json"), self.second)

    def test_rows_of_csv_are_instances(self):
        self.answers(self.server.invoke("0.1,0.2,0.3,0.4\n1,-2,3,-4\n", "text/csv"), self.second)

    def test_attributes_choose_model_version_and_method(self):
        self.answers(self.server.invoke(OBSERVATIONS.tolist(), attributes="tfs-model-version=1"), self.first)
        answer = self.server.invoke(
            {"signature_name": "regress", "examples": [{"x": 1.0}, {"x": 4.0}]},
            attributes="tfs-model-name=old,tfs-method=regress",
        )
        self.assertEqual({"results": [2.5, 4.0]}, answer.json)

    def test_classify_answers_labels_and_scores(self):
        answer = self.server.request(
            "POST",
            "/v1/models/old/versions/7:classify",
            json.dumps({"signature_name": "classify", "context": {"x": 1.0}, "examples": [{}, {"x": 4.0}]}),
        )
        self.assertEqual({"results": [[["down", -2.5], ["up", 2.5]], [["down", -4.0], ["up", 4.0]]]}, answer.json)

    def test_a_model_of_tensorflow_1_answers(self):
        answer = self.server.request("POST", "/v1/models/old:predict", '{"instances": [[3.0]]}')
        self.assertEqual({"predictions": [[1.5]]}, answer.json)

    def test_several_inputs_are_named_and_several_outputs_are_objects(self):
        expected = self.second.full(OBSERVATIONS, False)
        answer = self.server.invoke(
            {"signature_name": "full", "inputs": {"observations": OBSERVATIONS.tolist(), "is_training": False}}
        )
        outputs = answer.json["outputs"]
        np.testing.assert_array_equal(np.array(outputs["logits"], np.float32), expected["logits"].numpy())
        self.assertEqual(expected["actions_0"].numpy().tolist(), outputs["actions_0"])
        self.assertEqual([name.decode() for name in expected["names"].numpy()], outputs["names"])
        self.assertEqual("b64", next(iter(outputs["raw_bytes"][0])))

    def test_status_and_metadata_are_told(self):
        status = self.server.get("/v1/models/cartpole").json["model_version_status"]
        self.assertEqual(["2", "1"], [each["version"] for each in status])
        self.assertEqual({"AVAILABLE"}, {each["state"] for each in status})
        one = self.server.get("/v1/models/cartpole/versions/1").json["model_version_status"]
        self.assertEqual(["1"], [each["version"] for each in one])
        told = self.server.get("/v1/models/cartpole/metadata").json
        self.assertEqual("2", told["model_spec"]["version"])
        inputs = told["metadata"]["signature_def"]["signature_def"]["serving_default"]["inputs"]["observation"]
        self.assertEqual("DT_FLOAT", inputs["dtype"])
        self.assertEqual(["-1", "4"], [dim["size"] for dim in inputs["tensor_shape"]["dim"]])

    def test_the_accepted_type_is_the_answers(self):
        self.assertEqual("application/jsonlines", self.server.invoke([0, 0, 0, 0], accept="application/jsonlines").type)

    def test_mistakes_are_told(self):
        for body, status, words in [
            ("[0.1,", 400, "JSON Parse error"),
            ('{"instances": []}', 400, "'instances' must be a list"),
            ('{"instances": [[1, 2, 3]]}', 400, "Cannot feed value of shape (1, 3)"),
            ('{"instances": [[1, 2, 3, "x"]]}', 400, "input observation"),
            ('{"instances": [[1, 2, 3, 4], [1]]}', 400, "different lengths"),
            ('{"instances": [[1, 2, 3, 4]], "signature_name": "nope"}', 400, 'name: "nope" not found'),
            ('{"signature_name": "full", "inputs": {"observations": [[1, 2, 3, 4]]}}', 400, "is_training"),
        ]:
            answer = self.server.invoke(body)
            self.assertEqual(status, answer.status, body)
            self.assertIn(words, answer.json["error"])
        self.assertEqual(415, self.server.invoke("x", "image/png").status)
        self.assertEqual(400, self.server.invoke(b"\xff\xfe", "text/csv").status)
        self.assertEqual(400, self.server.invoke([0, 0, 0, 0], attributes="tfs-method=train").status)
        missing = self.server.invoke([0, 0, 0, 0], attributes="tfs-model-name=nope")
        self.assertEqual((404, "Servable not found for request: Latest(nope)"), (missing.status, missing.json["error"]))
        self.assertEqual(404, self.server.invoke([0, 0, 0, 0], attributes="tfs-model-version=9").status)
        self.assertEqual(404, self.server.get("/v2/models").status)
        self.assertEqual(405, self.server.get("/invocations").status)
        self.assertEqual(200, self.server.get("/ping").status)


class GivenInferencePy(unittest.TestCase):
    def serve(self, script, **environment):
        server = Server("tensorflow", **environment).code("inference.py", script)
        save(1, server.model / "1")
        return server

    def test_input_and_output_handlers_stand_around_the_model(self):
        with self.serve("""
            import json

            def input_handler(data, context):
                assert context.request_content_type == "text/plain", context
                return json.dumps({"instances": [[float(x) for x in data.read().split()]]})

            def output_handler(response, context):
                return str(response.json()["predictions"][0].index(max(response.json()["predictions"][0]))), "text/plain"
            """) as server:
            answer = server.invoke("1 0 0 0", "text/plain")
            self.assertEqual((200, "text/plain", "1"), (answer.status, answer.type, answer.text))

    def test_a_handler_may_do_it_all_and_what_it_raises_is_told(self):
        with self.serve("""
            def handler(data, context):
                if data.read() == b"boom":
                    raise ValueError("no such thing")
                return b"{}", context.accept_header
            """) as server:
            self.assertEqual("application/json", server.invoke("x").type)
            answer = server.invoke("boom")
            self.assertEqual((500, {"error": "no such thing"}), (answer.status, answer.json))
            self.assertIn("in handler", server.log)

    def test_a_script_without_handlers_is_refused(self):
        self.assertIn("neither handler nor input_handler", self.serve("x = 1").refused())

    def test_one_that_cannot_be_imported_is_refused(self):
        self.assertIn("No module named 'no_such_module'", self.serve("import no_such_module").refused())


class GivenNoModel(unittest.TestCase):
    def test_an_empty_archive_is_told(self):
        self.assertIn("is empty (expected: a model)", Server("tensorflow").refused())

    def test_another_frameworks_model_is_told_by_its_files(self):
        server = Server("tensorflow")
        (server.model / "model.onnx").write_bytes(b"x")
        self.assertIn("holds model.onnx (expected: a SavedModel in a folder named by its version", server.refused())

    def test_a_model_without_a_version_is_told(self):
        server = Server("tensorflow")
        save(1, server.model / "export")
        self.assertIn("not in a folder named by its version", server.refused())

    def test_a_broken_model_is_told(self):
        server = Server("tensorflow")
        (server.model / "1").mkdir()
        (server.model / "1" / "saved_model.pb").write_bytes(b"nonsense")
        self.assertIn("cannot load it", server.refused())


if __name__ == "__main__":
    unittest.main(verbosity=2)
