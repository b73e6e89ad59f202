"""Worker processes: started, handed one request at a time, and replaced when they die or hang. For any thread."""

import collections
import multiprocessing.connection
import os
import socket
import subprocess
import threading
import time

MOST_WAITING = 100
LONGEST_PAUSE = 30


class Unavailable(Exception):
    """No answer, and why: an HTTP status and a text."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


class Worker:
    def __init__(self, python, job, path):
        ours, theirs = socket.socketpair()
        environment = dict(os.environ)
        environment["PYTHONPATH"] = os.pathsep.join([*path, *filter(None, [os.environ.get("PYTHONPATH")])])
        environment["PYTHONUNBUFFERED"] = "1"
        with theirs:
            self.process = subprocess.Popen(
                [python, "-m", "rein_serving.worker", job, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=environment,
            )
        self.connection = multiprocessing.connection.Connection(ours.detach())

    def loaded(self):
        """Waits for the model. Returns what is wrong with it, or None."""
        try:
            return self.connection.recv()
        except (EOFError, OSError):
            return f"the worker {self.ending()} while it loaded the model"

    def ask(self, request, seconds):
        self.connection.send(request)
        if not self.connection.poll(max(0.0, seconds)):
            raise TimeoutError
        return self.connection.recv()

    def ending(self):
        try:
            code = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "closed its connection"
        return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"

    def end(self):
        self.connection.close()
        self.process.kill()
        self.process.wait()


class Pool:
    def __init__(self, job, count, seconds, python, path):
        self.job = job
        self.seconds = seconds
        self._python = python
        self._path = path
        self._count = count
        self._lock = threading.Condition()
        self._idle = collections.deque()
        self._all = set()
        self._waiting = 0
        self._closed = False
        self.failure = None
        """Why the first model could not be loaded: there is no point in going on."""

    def start(self):
        for _ in range(self._count):
            threading.Thread(target=self._replace, name=self.job, daemon=True).start()

    def ready(self):
        """Whether a model is loaded, be it at work."""
        return bool(self._all)

    def wait_loaded(self):
        """Returns when the first model is loaded; the failure, or None."""
        with self._lock:
            self._lock.wait_for(lambda: self._all or self.failure or self._closed)
            return self.failure

    def ask(self, request):
        """One request to whichever worker is free first."""
        deadline = time.monotonic() + self.seconds
        while True:
            worker = self._take(deadline)
            try:
                answer = worker.ask(request, deadline - time.monotonic())
            except TimeoutError:
                self._drop(worker)
                print(f"a request took more than {self.seconds} s: its worker is ended and started anew", flush=True)
                raise Unavailable(
                    504,
                    f"the model has not answered within {self.seconds} s (SAGEMAKER_MODEL_SERVER_TIMEOUT_SECONDS)",
                ) from None
            except BrokenPipeError:  # it died before: nothing of the request was read
                self._drop(worker)
                continue
            except (EOFError, OSError):
                ending = worker.ending()
                self._drop(worker)
                print(f"a worker {ending} in mid-request and is started anew", flush=True)
                raise Unavailable(500, f"the model's worker {ending} before it answered") from None
            self._give_back(worker)
            return answer

    def close(self):
        with self._lock:
            self._closed = True
            workers = list(self._all)
            self._all.clear()
            self._idle.clear()
            self._lock.notify_all()
        for worker in workers:
            worker.end()

    def _take(self, deadline):
        with self._lock:
            if not self._idle:
                if self._waiting >= MOST_WAITING:
                    raise Unavailable(503, f"{MOST_WAITING} requests wait for a worker already; try again later")
                self._waiting += 1
                try:
                    if not self._lock.wait_for(lambda: self._idle or self._closed, deadline - time.monotonic()):
                        raise Unavailable(503, f"no worker was free for {self.seconds} s")
                finally:
                    self._waiting -= 1
            if self._closed:
                raise Unavailable(503, "the server is being stopped")
            return self._idle.pop()

    def _give_back(self, worker):
        with self._lock:
            self._idle.append(worker)
            self._lock.notify()

    def _drop(self, worker):
        with self._lock:
            self._all.discard(worker)
        worker.end()
        threading.Thread(target=self._replace, name=self.job, daemon=True).start()

    def _replace(self):
        pause = 1
        while not self._closed:
            worker = Worker(self._python, self.job, self._path)
            problem = worker.loaded()
            with self._lock:
                if problem is None and not self._closed:
                    self._all.add(worker)
                    self._idle.append(worker)
                    self._lock.notify_all()
                    return
                if not self._all:
                    self.failure = self.failure or problem
                    self._lock.notify_all()
            worker.end()
            if self.failure:
                return
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
