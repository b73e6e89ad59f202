"""One Ray cluster out of all hosts of a training job: the first host is its head.

Every host runs the same script. On the head, RayCluster.start() waits for the others and says what `ray.init` has to
be told; on every other host, follow() joins and comes back when the head is done. Whoever ends early ends the job: a
worker host whose Ray dies fails under its own name, and so does one that loses its head.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time

from .docker_utils import get_ip_from_host

PORT = 6379
SIGNAL_PORT = 6380
DONE = b"done"
PATIENCE = 300
LARGEST_STORE = 2 << 30


class RayCluster:
    """The hosts of this job, as its variables name them."""

    def __init__(self, cpus=None, gpus=None):
        resources = json.loads(os.environ.get("SM_RESOURCE_CONFIG", '{"hosts": ["algo-1"]}'))
        self.hosts = resources["hosts"]
        self.host = os.environ.get("SM_CURRENT_HOST", self.hosts[0])
        self.cpus = int(os.environ.get("SM_NUM_CPUS", 1)) if cpus is None else cpus
        self.gpus = int(os.environ.get("SM_NUM_GPUS", 0)) if gpus is None else gpus
        self._followers = []

    @property
    def is_head(self):
        return self.host == self.hosts[0]

    def start(self):
        """On the head: starts Ray, waits for every host, and returns the arguments for `ray.init`.

        A job of one host needs no cluster. RLlib asks for a core of its own for each worker, and small hosts have few:
        Ray is told of three at least.
        """
        _prepare()
        if len(self.hosts) == 1:
            return {
                "address": "local",
                "num_cpus": max(self.cpus, 3),
                "num_gpus": self.gpus,
                "include_dashboard": False,
                "object_store_memory": _store(),
            }
        address = get_ip_from_host(self.host)
        listening = socket.create_server((address, SIGNAL_PORT))
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()
        command = _ray("start", "--head", f"--port={PORT}", "--include-dashboard=false")
        self._run(command + self._share(address))
        self._await(len(self.hosts))
        return {"address": f"{address}:{PORT}", "_node_ip_address": address}

    def stop(self):
        """On the head: lets the other hosts go."""
        for follower in self._followers:
            try:
                follower.sendall(DONE)
                follower.close()
            except OSError:
                pass  # gone before

    def follow(self):
        """On every other host: joins the head, and returns when the head is done. Ends the process with exit code 1 if
        the head is lost or this host's Ray ends."""
        _prepare()
        head = get_ip_from_host(self.hosts[0])
        signal = self._reach(head)
        own = get_ip_from_host(self.host)
        command = _ray("start", f"--address={head}:{PORT}", "--block") + self._share(own)
        node = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        threading.Thread(target=self._watch, args=(node,), daemon=True).start()
        print(f"{self.host}: joining the Ray cluster of {self.hosts[0]}", flush=True)
        with signal:
            if signal.recv(len(DONE)) != DONE:
                self._fail(f"the head {self.hosts[0]} is gone: its script ended, or its host did")
        self._ended = True
        node.terminate()
        print(f"{self.host}: the head is done", flush=True)

    _ended = False

    def _accept(self, listening):
        with listening:
            for _ in self.hosts[1:]:
                self._followers.append(listening.accept()[0])

    def _reach(self, head):
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection((head, PORT), timeout=5).close()
                signal = socket.create_connection((head, SIGNAL_PORT), timeout=5)
                signal.settimeout(None)
                return signal
            except OSError as refused:
                if time.monotonic() > deadline:
                    self._fail(f"the head {self.hosts[0]} ({head}:{PORT}) is not reached in {PATIENCE} s: {refused}")
                time.sleep(0.5)

    def _await(self, wanted):
        import ray

        print(f"Waiting for {wanted - 1} more hosts to join the Ray cluster", flush=True)
        ray.init(address=f"{get_ip_from_host(self.host)}:{PORT}", log_to_driver=False, logging_level="ERROR")
        try:
            deadline = time.monotonic() + PATIENCE
            while (joined := sum(node["Alive"] for node in ray.nodes())) < wanted:
                if time.monotonic() > deadline:
                    self._fail(f"{joined} of {wanted} hosts have joined the Ray cluster after {PATIENCE} s")
                time.sleep(0.5)
        finally:
            ray.shutdown()
        print(f"All {wanted} hosts have joined", flush=True)

    def _watch(self, node):
        code = node.wait()
        if not self._ended:
            self._fail(f"its Ray ended with exit code {code}")

    def _run(self, command):
        for attempt in (1, 2):  # Ray's first start fails now and then: its own services find each other too late
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if done.returncode == 0:
                return
            if attempt == 1:
                subprocess.run(_ray("stop", "--force"), stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        self._fail(f"Ray cannot be started: {done.stdout[-2000:]}")

    def _share(self, address):
        return [
            f"--node-ip-address={address}",
            f"--num-cpus={max(self.cpus, 2)}",  # small hosts too
            f"--num-gpus={self.gpus}",
            f"--object-store-memory={_store()}",
            "--disable-usage-stats",
        ]

    def _fail(self, why):
        print(f"host {self.host}: {why}", file=sys.stderr, flush=True)
        os._exit(1)


def _ray(*words):
    return [sys.executable, "-m", "ray.scripts.scripts", *words]


def _store():
    """Bytes for the object store: what the host's shared memory holds, with room to spare."""
    free = shutil.disk_usage("/dev/shm").free if os.path.isdir("/dev/shm") else LARGEST_STORE
    return max(80 << 20, min(LARGEST_STORE, int(free * 0.6)))


def _prepare():
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_memory_monitor_refresh_ms", "0")  # it watches the machine, not this host's share
