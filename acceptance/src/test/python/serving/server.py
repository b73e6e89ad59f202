"""Starts the model server of the runtimes on a folder of the test, and asks it."""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time

SERVE = pathlib.Path(__file__).resolve().parents[5] / "runtimes" / "serving" / "serve.py"
PATIENCE = 300


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.type = headers.get("content-type")
        self.body = body

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.type} {self.body[:500]}"


class Server:
    """`with Server(kind) as server:` after its files are in place."""

    def __init__(self, kind, **environment):
        self._folder = tempfile.TemporaryDirectory(prefix="rein-serving-")
        self.base = pathlib.Path(self._folder.name)
        self.model = self.base / "model"
        self.model.mkdir()
        self.port = _free_port()
        self.environment = {
            **os.environ,
            "REIN_SERVES": kind,
            "REIN_BIND_ADDRESS": "127.0.0.1",
            "SAGEMAKER_BASE_DIR": str(self.base),
            "SAGEMAKER_BIND_TO_PORT": str(self.port),
            "SAGEMAKER_MODEL_SERVER_WORKERS": "1",
            **environment,
        }
        self._process = None

    def code(self, name, text):
        file = self.model / "code" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))
        return self

    def start(self):
        self._log = open(self.base / "log", "wb")
        self._process = subprocess.Popen(
            [sys.executable, "-u", str(SERVE)], env=self.environment, stdout=self._log, stderr=subprocess.STDOUT
        )
        return self

    def __enter__(self):
        self.start()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise AssertionError(f"the server ended with {self._process.returncode}:\n{self.log}")
            try:
                if self.get("/ping").status == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"no /ping within {PATIENCE} s:\n{self.log}")

    def __exit__(self, *_):
        self.end()

    def end(self):
        if self._process:
            self._process.send_signal(signal.SIGTERM)
            self.exit_code = self._process.wait(PATIENCE)
            self._log.close()
        self._folder.cleanup()

    def refused(self):
        """Starts a server that cannot serve. Returns the last lines of what it said."""
        self.start()
        try:
            assert self._process.wait(PATIENCE) == 1, self.log
            return "\n".join(self.log.strip().splitlines()[-3:])
        finally:
            self._process.kill()
            self._process.wait()
            self._log.close()
            self._folder.cleanup()

    @property
    def log(self):
        return (self.base / "log").read_text(errors="replace")

    def get(self, path):
        return self.request("GET", path)

    def invoke(self, body, content_type="application/json", accept=None, attributes=None):
        headers = {"Content-Type": content_type} if content_type else {}
        if accept:
            headers["Accept"] = accept
        if attributes:
            headers["X-Amzn-SageMaker-Custom-Attributes"] = attributes
        if not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        return self.request("POST", "/invocations", body, headers)

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
