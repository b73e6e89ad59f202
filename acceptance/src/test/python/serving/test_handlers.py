"""The Python handler contract, without a framework: needs numpy, nothing more."""

import io
import os
import pathlib
import tempfile
import threading
import unittest

import numpy as np
from server import Server

DOUBLES = """
    def model_fn(model_dir):
        return 2

    def predict_fn(data, model):
        return data * model
    """


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def serve(script, **environment):
    return Server("python", **environment).code("inference.py", script)


class GivenAModelAndAPrediction(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = serve(DOUBLES, SAGEMAKER_MAX_PAYLOAD_IN_MB="1").__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.server.end()
        assert cls.server.exit_code == 0

    def test_json_goes_in_and_out(self):
        answer = self.server.invoke([[1, 2.5]])
        self.assertEqual((200, "application/json", "[[2.0, 5.0]]"), (answer.status, answer.type, answer.text))

    def test_csv_goes_in_and_out(self):
        answer = self.server.invoke("1,2\n3,4\n", "text/csv", "text/csv")
        self.assertEqual(("text/csv", "2,4\n6,8\n"), (answer.type, answer.text))

    def test_npy_goes_in_and_out(self):
        answer = self.server.invoke(npy(np.float32([[1, 2]])), "application/x-npy", "application/x-npy")
        self.assertEqual("application/x-npy", answer.type)
        got = np.load(io.BytesIO(answer.body))
        self.assertEqual((np.float32, [[2, 4]]), (got.dtype, got.tolist()))

    def test_the_first_accepted_type_that_is_known_is_taken(self):
        self.assertEqual("text/csv", self.server.invoke([1], accept="image/png, text/csv").type)
        self.assertEqual("application/json", self.server.invoke([1], accept="*/*").type)

    def test_mistakes_of_the_caller_are_4xx(self):
        for status, arguments in [
            (400, ("[1,",)),
            (400, (b"\xff\xfe", "text/csv")),
            (400, (b"nonsense", "application/x-npy")),
            (400, (npy(np.array([{}], dtype=object)), "application/x-npy")),
            (415, ("x", "image/png")),
            (406, ([1], "application/json", "image/png")),
            (413, ("[" + "1," * (1 << 20) + "1]",)),
        ]:
            answer = self.server.invoke(*arguments)
            self.assertEqual(status, answer.status, answer)
            self.assertGreater(len(answer.body), 10)
            self.assertNotIn("Traceback", answer.text)
        self.assertIn("Content type image/png is not supported", self.server.invoke("x", "image/png").text)
        self.assertEqual(405, self.server.get("/invocations").status)
        self.assertEqual(404, self.server.get("/nothing").status)
        self.assertEqual(200, self.server.get("/ping").status)

    def test_what_predict_fn_raises_is_a_500_with_its_trace(self):
        answer = self.server.invoke("null")
        self.assertEqual(500, answer.status)
        self.assertIn("unsupported operand", answer.text)
        self.assertIn("in predict_fn", answer.text)
        self.assertIn("in predict_fn", self.server.log)


class GivenAScript(unittest.TestCase):
    def test_transform_fn_does_it_all_and_sees_the_context(self):
        with serve("""
            from sagemaker_inference import content_types

            def model_fn(model_dir):
                return model_dir

            def transform_fn(model, data, content_type, accept, context):
                assert context.get_request_header(0, "X-Amzn-SageMaker-Custom-Attributes") == "trace=1"
                return f"{model[-5:]} {type(data).__name__} {content_type} {accept}", content_types.CSV
            """) as server:
            answer = server.invoke(b"ab", "application/octet-stream", "text/plain", attributes="trace=1")
            self.assertEqual("text/csv", answer.type)
            self.assertEqual("model bytes application/octet-stream text/plain", answer.text)

    def test_an_error_of_ones_own_chooses_its_status(self):
        with serve("""
            from sagemaker_inference.errors import BaseInferenceToolkitError

            def model_fn(model_dir):
                return None

            def input_fn(body, content_type):
                raise BaseInferenceToolkitError(422, "not today", "Unprocessable")
            """) as server:
            answer = server.invoke([1])
            self.assertEqual(422, answer.status)
            self.assertIn("not today", answer.text)

    def test_an_answer_that_is_no_text_is_told(self):
        with serve("""
            def model_fn(model_dir):
                return None

            def transform_fn(model, data, content_type, accept):
                return {"a": 1}
            """) as server:
            answer = server.invoke([1])
            self.assertEqual(500, answer.status)
            self.assertIn("answered with dict (expected: str or bytes", answer.text)

    def test_it_may_have_another_name_and_modules_beside_it_and_below_lib(self):
        server = serve("", SAGEMAKER_PROGRAM="coach-serve.py", SAGEMAKER_SUBMIT_DIRECTORY="/opt/ml/model/code")
        server.code("beside.py", "ONE = 1").code("lib/below.py", "TWO = 2")
        server.code(
            "coach-serve.py",
            """
            from below import TWO
            from beside import ONE

            def model_fn(model_dir):
                return ONE + TWO

            def predict_fn(data, model):
                return model
            """,
        )
        with server:
            self.assertEqual("3", server.invoke([0]).text)

    def test_one_that_was_named_for_training_and_has_no_handlers_is_not_run(self):
        server = Server(
            "python", SAGEMAKER_PROGRAM="train.py", SAGEMAKER_SUBMIT_DIRECTORY="s3://bucket/sourcedir.tar.gz"
        )
        (server.base / "code").mkdir()
        (server.base / "code" / "train.py").write_text("raise SystemExit('this would train')")
        (server.model / "weights").write_text("1")
        said = server.refused()
        self.assertNotIn("this would train", said)
        self.assertIn("Please provide a model_fn", said)

    def test_requirements_are_installed_beside_the_runtimes_own(self):
        server = serve("""
            import numpy
            import rein_test_package

            def model_fn(model_dir):
                return rein_test_package.ANSWER

            def predict_fn(data, model):
                return numpy.array(model)
            """)
        package = server.model / "code" / "package"
        server.code(
            "package/pyproject.toml",
            """
            [build-system]
            requires = []
            build-backend = "backend"
            backend-path = ["."]
            """,
        )
        server.code(
            "package/backend.py",
            """
            import pathlib, zipfile

            def build_wheel(folder, *_):
                name = "rein_test_package-1.0-py3-none-any.whl"
                info = "rein_test_package-1.0.dist-info/"
                with zipfile.ZipFile(pathlib.Path(folder) / name, "w") as wheel:
                    wheel.writestr("rein_test_package.py", "ANSWER = 42")
                    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: rein-test-package\\nVersion: 1.0\\n")
                    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
                    wheel.writestr(info + "RECORD", "")
                return name
            """,
        )
        server.code("requirements.txt", f"{package}\nnumpy\n")
        with server:
            self.assertEqual("42", server.invoke([0]).text)


class GivenAScriptThatFails(unittest.TestCase):
    def test_a_missing_model_fn_is_told(self):
        self.assertIn("Please provide a model_fn implementation", serve("x = 1").refused())

    def test_an_import_error_is_told(self):
        said = serve("import no_such_module").refused()
        self.assertIn("inference.py: ModuleNotFoundError: No module named 'no_such_module'", said)

    def test_a_syntax_error_is_told(self):
        self.assertIn("SyntaxError", serve("def model_fn(:").refused())

    def test_model_fn_that_raises_or_exits_is_told(self):
        self.assertIn("FileNotFoundError", serve("def model_fn(d): open(d + '/weights')").refused())
        self.assertIn("SystemExit: 3", serve("def model_fn(d): raise SystemExit(3)").refused())
        self.assertIn("ended with exit code 7", serve("import os\ndef model_fn(d): os._exit(7)").refused())

    def test_both_ways_at_once_are_refused(self):
        said = serve("def transform_fn(m, d, c, a): pass\ndef predict_fn(d, m): pass").refused()
        self.assertIn("Cannot use transform_fn implementation in conjunction with", said)

    def test_requirements_that_cannot_be_had_are_told(self):
        server = serve(DOUBLES).code("requirements.txt", "./no-such-package")
        self.assertIn("pip install ended with exit code 1", server.refused())

    def test_a_named_script_that_is_missing_is_told_with_what_is_there(self):
        said = serve(DOUBLES, SAGEMAKER_PROGRAM="serve.py").refused()
        self.assertIn("SAGEMAKER_PROGRAM: serve.py is not in", said)
        self.assertIn("(found there: inference.py)", said)

    def test_an_empty_archive_is_told(self):
        self.assertIn("is empty (expected: a model)", Server("python").refused())

    def test_wrong_settings_are_told(self):
        said = serve(DOUBLES, SAGEMAKER_MODEL_SERVER_WORKERS="many").refused()
        self.assertIn('SAGEMAKER_MODEL_SERVER_WORKERS: "many" (expected: a whole number from 1)', said)


class GivenAHandlerThatHangsOrDies(unittest.TestCase):
    def test_only_its_own_request_is_lost(self):
        with serve(
            """
            import os, time

            def model_fn(model_dir):
                return None

            def transform_fn(model, data, content_type, accept):
                if data == "hang":
                    time.sleep(3600)
                if data == "die":
                    os._exit(9)
                return data
            """,
            SAGEMAKER_MODEL_SERVER_TIMEOUT_SECONDS="5",
        ) as server:
            died = server.invoke("die")
            self.assertEqual(500, died.status)
            self.assertIn("ended with exit code 9", died.json["error"])
            self.assertEqual("ok", self.answer_of_the_next_worker(server))
            hung = server.invoke("hang")
            self.assertEqual(504, hung.status)
            self.assertIn("has not answered within 5 s", hung.json["error"])
            self.assertEqual("ok", self.answer_of_the_next_worker(server))
            self.assertIn("is started anew", server.log)

    @staticmethod
    def answer_of_the_next_worker(server):
        for _ in range(20):
            answer = server.invoke("ok")
            if answer.status == 200:
                return answer.text
        return repr(answer)

    def test_other_workers_go_on_meanwhile(self):
        with tempfile.TemporaryDirectory() as folder:
            gate = pathlib.Path(folder) / "gate"
            os.mkfifo(gate)
            with serve(
                f"""
                def model_fn(model_dir):
                    return None

                def transform_fn(model, data, content_type, accept):
                    return open({str(gate)!r}).read() if data == "wait" else data
                """,
                SAGEMAKER_MODEL_SERVER_WORKERS="2",
            ) as server:
                waiting = []
                thread = threading.Thread(target=lambda: waiting.append(server.invoke("wait")))
                thread.start()
                with open(gate, "w") as opened:  # opens when the handler has
                    self.assertEqual("ok", server.invoke("ok").text)
                    self.assertEqual(200, server.get("/ping").status)
                    opened.write("done")
                thread.join()
                self.assertEqual("done", waiting[0].text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
