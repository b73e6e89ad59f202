"""HTTP. Every connection has a thread, which waits for a worker; nothing of a model is in this process."""

import http.server
import json
import os
import pathlib
import signal
import socket
import sys
import threading

from rein_serving import tensorflow_sagemaker
from rein_serving.pool import Pool, Unavailable
from rein_serving.settings import Refusal
from rein_serving.user_code import UserCode

HERE = pathlib.Path(__file__).resolve().parent.parent
ENDS_WITHIN = 10
READ_AND_FORGOTTEN = 64 << 20


def serve(settings):
    """Runs until SIGTERM. Returns the exit code."""
    server = _Server((settings.address, settings.port), _Connection)
    server.settings = settings
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    signal.signal(signal.SIGINT, lambda *_: ended.set())
    # The port answers from the beginning, /ping with 503 while the model is being loaded.
    threading.Thread(target=server.serve_forever, name="accept", daemon=True).start()
    pools = {}
    try:
        print(f"loading {settings.model} ({settings.kind}, {settings.workers} worker(s))", flush=True)
        if not settings.model.is_dir() or not any(settings.model.iterdir()):
            raise Refusal(f"{settings.model} is empty (expected: a model). Is the archive empty?")
        service = _service(settings, pools)
        threading.Thread(target=_await_models, args=(server, service, pools, ended), daemon=True).start()
        ended.wait()
        if server.failure:
            raise Refusal(server.failure)
        server.drain()
        return 0
    finally:
        server.service = None
        for pool in pools.values():
            pool.close()


def _service(settings, pools):
    path = [str(HERE)]
    if settings.kind == "tensorflow":
        service = tensorflow_sagemaker.Service(settings, pools)
        code = UserCode(settings.model / "code", None)
        script = code.folder / "inference.py"
        pools["models"] = Pool("tensorflow", settings.workers, settings.seconds, sys.executable, path)
        if script.is_file():
            count = int(os.environ.get("SAGEMAKER_GUNICORN_WORKERS", "1"))
            python = code.python(settings.base)
            pools["handlers"] = Pool("tensorflow-handlers", count, settings.seconds, python, [*code.path(), *path])
    else:
        code = UserCode.of(settings.base, os.environ.get("SAGEMAKER_PROGRAM") or "inference.py")
        os.environ["REIN_USER_SCRIPT"] = str(code.script or "")
        if settings.workers > 1:
            os.environ.setdefault("OMP_NUM_THREADS", "1")  # the workers share the cores
        pools["handlers"] = Pool(
            "handlers", settings.workers, settings.seconds, code.python(settings.base), [*code.path(), *path]
        )
        service = _Handlers(pools["handlers"])
    for pool in pools.values():
        pool.start()
    return service


def _await_models(server, service, pools, ended):
    for pool in pools.values():
        failure = pool.wait_loaded()
        if failure:
            server.failure = failure
            ended.set()
            return
    server.service = service
    server.pools = list(pools.values())
    print("serving", flush=True)


class _Handlers:
    """MMS's paths that need no management: the handlers see the body and its headers."""

    def __init__(self, pool):
        self._pool = pool

    def answer(self, method, path, headers, body):
        if path != "/invocations":
            return None
        if method != "POST":
            return _error(405, f"{method} /invocations (expected: POST)")
        return self._pool.ask((method, path, headers, body))


class _Server(http.server.ThreadingHTTPServer):
    request_queue_size = 1024
    daemon_threads = True
    settings = None
    service = None
    pools = ()
    failure = None

    def __init__(self, *arguments):
        self.at_work = 0
        self.changed = threading.Condition()
        super().__init__(*arguments)

    def server_bind(self):
        self.address_family = socket.AF_INET
        super(http.server.HTTPServer, self).server_bind()  # without asking a name server who we are
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, request, client_address):
        pass  # a caller that went away is no news

    def drain(self):
        """No new connections; what is being answered is, for a while."""
        self.shutdown()
        self.socket.close()
        with self.changed:
            self.changed.wait_for(lambda: self.at_work == 0, ENDS_WITHIN)

    def healthy(self):
        return self.service is not None and all(pool.ready() for pool in self.pools)


class _Connection(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 600
    server: _Server

    def do_GET(self):
        self._answer()

    def do_POST(self):
        self._answer()

    def _answer(self):
        with self.server.changed:
            self.server.at_work += 1
        try:
            self._send(*self._answered())
        finally:
            with self.server.changed:
                self.server.at_work -= 1
                self.server.changed.notify_all()

    def _answered(self):
        path = self.path.split("?", 1)[0]
        body = b""
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not length.isdecimal():
            self.close_connection = True
            return _error(411, "Content-Length is missing (expected: the body's length; chunks are not taken)")
        if int(length) > self.server.settings.most_bytes:
            self._forget(int(length))
            return _error(
                413,
                f"the body has {length} bytes (expected: at most {self.server.settings.most_bytes}; "
                "SAGEMAKER_MAX_PAYLOAD_IN_MB)",
            )
        body = self.rfile.read(int(length))
        if path == "/ping":
            healthy = self.server.healthy()
            text = json.dumps({"status": "Healthy" if healthy else "Unhealthy"})
            return 200 if healthy else 503, {"Content-Type": "application/json"}, text.encode()
        service = self.server.service
        if service is None:
            return _error(503, "the model is being loaded")
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            answer = service.answer(self.command, path, headers, body)
        except Unavailable as problem:
            return _error(problem.status, str(problem))
        return answer or _error(404, f"{path} (expected: GET /ping or POST /invocations)")

    def _forget(self, length):
        """Lets the caller finish, so that it reads the answer, within reason."""
        self.close_connection = True
        left = min(length, READ_AND_FORGOTTEN)
        while left > 0:
            read = self.rfile.read(min(left, 1 << 16))
            if not read:
                return
            left -= len(read)

    def _send(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_):
        pass


def _error(status, text):
    return status, {"Content-Type": "application/json"}, json.dumps({"error": text}).encode()
