"""One Ray cluster out of all hosts of a training job, or of two jobs: the first host is its head.

Every host runs the same script. On the head, RayCluster.start() says what `ray.init` has to be told, wait() comes back
when the other hosts have joined, and stop() lets them go; on every other host, follow() joins and comes back when the
head is done. Whoever ends early ends the job: a host whose Ray dies fails under its own name, and so does one that
loses its head.

Where a second job brings hosts of another kind (`rl_cluster_type=secondary`), the head is the primary job's first host,
and all hosts of the secondary one follow; see ray_meeting.
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
from .ray_meeting import HYPERPARAMETERS, Meeting

PORT = 6379
SIGNAL_PORT = 6380
DONE = b"done"
PATIENCE = 300
LARGEST_STORE = 2 << 30


class RayCluster:
    """The hosts of this job, as its variables name them, and as many of the secondary job as they say."""

    def __init__(self, cpus=None, gpus=None):
        resources = json.loads(os.environ.get("SM_RESOURCE_CONFIG", '{"hosts": ["algo-1"]}'))
        self.hosts = resources["hosts"]
        self.host = os.environ.get("SM_CURRENT_HOST", self.hosts[0])
        self.cpus = int(os.environ.get("SM_NUM_CPUS", 1)) if cpus is None else cpus
        self.gpus = int(os.environ.get("SM_NUM_GPUS", 0)) if gpus is None else gpus
        self.meeting = Meeting()
        self._followers = []

    @staticmethod
    def add_arguments(parser):
        """Lets a script's own argparse parser take the hyperparameters of a cluster of two jobs, which are for this
        class alone."""
        for name in HYPERPARAMETERS:
            parser.add_argument(f"--{name}", help="of a cluster of two jobs")

    @property
    def is_head(self):
        return self.meeting.is_primary and self.host == self.hosts[0]

    @property
    def size(self):
        """Hosts of the whole cluster, as its head knows them."""
        return len(self.hosts) + self.meeting.others

    def start(self):
        """On the head: starts Ray, and returns the arguments for `ray.init`.

        One host needs no cluster. RLlib asks for a core of its own for each worker, and small hosts have few:
        Ray is told of three at least.
        """
        _prepare()
        if self.size == 1:
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
        self._node(address, "--head", f"--port={PORT}", "--include-dashboard=false")
        self._reach(lambda: address, PORT).close()
        if self.meeting.is_wanted:
            self.meeting.announce(address, self.host)
            print(f"The secondary job finds this head's address in {self.meeting}", flush=True)
        return {"address": f"{address}:{PORT}", "_node_ip_address": address}

    def wait(self):
        """On the head, after `ray.init`: comes back when every host has joined."""
        import ray

        wanted = self.size
        if wanted == 1:
            return
        print(f"Waiting for {wanted - 1} more hosts to join the Ray cluster", flush=True)
        deadline = time.monotonic() + PATIENCE
        while (joined := sum(node["Alive"] for node in ray.nodes())) < wanted:
            if time.monotonic() > deadline:
                self._fail(f"{joined} of {wanted} hosts have joined the Ray cluster after {PATIENCE} s{self._hint()}")
            time.sleep(0.5)
        print(f"All {wanted} hosts have joined", flush=True)

    def stop(self):
        """On the head, at the end: lets the other hosts go."""
        self._ended = True
        if self.meeting.is_wanted:
            self.meeting.leave()
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
        signal = self._reach(self._head_address, SIGNAL_PORT)
        head = signal.getpeername()[0]
        own = get_ip_from_host(self.host)
        node = self._node(own, f"--address={head}:{PORT}")
        print(f"{self.host}: joining the Ray cluster of {self._head_name}", flush=True)
        with signal:
            if signal.recv(len(DONE)) != DONE:
                self._fail(f"the head {self._head_name} is gone: its script ended, or its host did")
        self._ended = True
        node.terminate()
        print(f"{self.host}: the head is done", flush=True)

    _ended = False

    @property
    def _head_name(self):
        return self.hosts[0] if self.meeting.is_primary else "the primary job"

    def _head_address(self):
        return get_ip_from_host(self.hosts[0]) if self.meeting.is_primary else self.meeting.head()

    def _hint(self):
        return ": do both jobs run, with the same subnets and security_group_ids?" if self.meeting.is_wanted else ""

    def _accept(self, listening):
        with listening:
            for _ in range(self.size - 1):
                self._followers.append(listening.accept()[0])

    def _reach(self, head, port):
        """A connection to the head, whose address is asked for anew each time: it may not be known yet."""
        deadline = time.monotonic() + PATIENCE
        why = None
        while time.monotonic() < deadline:
            address = head()
            try:
                if address:
                    connection = socket.create_connection((address, port), timeout=5)
                    connection.settimeout(None)
                    return connection
                why = f"no address in {self.meeting}"
            except OSError as refused:
                why = f"{address}:{port}: {refused}"
            time.sleep(0.5)
        self._fail(f"the head, {self._head_name}, is not reached in {PATIENCE} s: {why}{self._hint()}")

    def _node(self, address, *how):
        """Starts this host's part of Ray, and watches it."""
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", *how, "--block", *self._share(address)]
        node = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        threading.Thread(target=self._watch, args=(node,), daemon=True).start()
        return node

    def _watch(self, node):
        code = node.wait()
        if not self._ended:
            self._fail(f"its Ray ended with exit code {code}")

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


def _store():
    """Bytes for the object store: what the host's shared memory holds, with room to spare."""
    free = shutil.disk_usage("/dev/shm").free if os.path.isdir("/dev/shm") else LARGEST_STORE
    return max(80 << 20, min(LARGEST_STORE, int(free * 0.6)))


def _prepare():
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_health_check_timeout_ms", "60000")  # a busy host is not a dead one
    os.environ.setdefault("RAY_memory_monitor_refresh_ms", "0")  # it watches the machine, not this host's share
