"""Our `sagemaker_inference` next to Amazon's own package of that name: the same handlers, requests and answers. Where
ours means to differ (4xx for the caller's mistakes) is not tried here. Skipped where Amazon's is not installed.
"""

import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

OURS = pathlib.Path(__file__).resolve().parents[5] / "runtimes" / "serving"

SCRIPTS = {
    "doubles": """
        def model_fn(model_dir): return 2
        def predict_fn(data, model): return data * model
        """,
    "by three": """
        import json
        def model_fn(model_dir, context): return context.system_properties["model_dir"]
        def input_fn(body, content_type): return (body if isinstance(body, str) else body.decode()) + content_type
        def predict_fn(data, model): return [data, model]
        def output_fn(prediction, accept): return json.dumps(prediction) + accept
        """,
    "by one": """
        from sagemaker_inference import content_types, decoder, encoder
        def model_fn(model_dir): return None
        def transform_fn(model, data, content_type, accept):
            return encoder.encode(decoder.decode(data, content_type), "text/csv"), "text/x-own"
        """,
    "raises": """
        def model_fn(model_dir): return None
        def transform_fn(model, data, content_type, accept): raise KeyError("k")
        """,
    "chooses": """
        from sagemaker_inference.errors import BaseInferenceToolkitError
        def model_fn(model_dir): return None
        def predict_fn(data, model): raise BaseInferenceToolkitError(422, "no", "not\\r\\nnow")
        """,
    "warms up": """
        LOG = []
        def pre_model_fn(model_dir): LOG.append("pre")
        def model_fn(model_dir): LOG.append("model"); return LOG
        def model_warmup_fn(model_dir, model): LOG.append("warm")
        def predict_fn(data, model): return model
        """,
}

REQUESTS = [
    {"headers": {"Content-Type": "application/json", "Accept": "application/json"}, "body": "[[1, 2.5], [3, 4]]"},
    {"headers": {"content-type": "application/json"}, "body": "7"},
    {"headers": {"ContentType": "text/csv", "accept": "*/*"}, "body": "1,2\n3,4\n"},
    {"headers": {"Content-Type": "text/csv", "Accept": "image/png, text/csv"}, "body": "1.5,2\n"},
    {"headers": {"Content-Type": "text/csv", "Accept": "application/json"}, "body": "a,b\n"},
]

RUN = """
import importlib, json, os, sys, types
code, requests = sys.argv[1], json.load(sys.stdin)
sys.path[:0] = [code]
from sagemaker_inference.transformer import Transformer
class Processor:
    def get_request_properties(self): return headers
class Context:
    system_properties = {"model_dir": "/m"}
    request_processor = [Processor()]
    def set_response_content_type(self, index, value): told["type"] = value
    def set_response_status(self, code=200, phrase="", idx=0): told["status"], told["phrase"] = code, phrase
transformer, context, answers = Transformer(), Context(), []
for request in requests:
    headers, told = request["headers"], {}
    body = transformer.transform([{"body": request["body"].encode()}], context)[0]
    body = body.split("\\nTraceback")[0] if "status" in told else body
    answers.append([body if isinstance(body, str) else list(body), told])
print(json.dumps(answers))
"""


def answers(package, script):
    """What the package of that folder makes of every request."""
    with tempfile.TemporaryDirectory() as code:
        pathlib.Path(code, "inference.py").write_text(textwrap.dedent(script))
        run = f"import sys; sys.path.insert(0, {str(package)!r})\n" + RUN
        done = subprocess.run(
            [sys.executable, "-c", run, code], input=json.dumps(REQUESTS), capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)


class GivenAmazonsPackage(unittest.TestCase):
    def setUp(self):
        spec = importlib.util.find_spec("sagemaker_inference")
        if spec is None:
            self.skipTest("sagemaker-inference is not installed (pip install sagemaker-inference==1.10.1)")
        self.amazons = pathlib.Path(spec.origin).parents[1]

    def test_handlers_see_and_answer_the_same(self):
        for name, script in SCRIPTS.items():
            with self.subTest(name):
                self.assertEqual(answers(self.amazons, script), answers(OURS, script))


if __name__ == "__main__":
    unittest.main(verbosity=2)
