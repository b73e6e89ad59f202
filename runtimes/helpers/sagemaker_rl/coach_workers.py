"""Coach in several processes of one host (`num_workers`): each plays in a world of its own and adds to one network.

Their network is TensorFlow's, in a process of its own, and goes with it. What the first worker saves last is taken over
into a network of this process, which is then saved and exported as that of a single worker.
"""

import multiprocessing
import multiprocessing.connection
import multiprocessing.managers
import sys

from rl_coach.base_parameters import DistributedTaskParameters, Frameworks
from rl_coach.checkpoint import CheckpointStateReader
from rl_coach.core_types import EnvironmentSteps, RunPhase
from rl_coach.utils import SharedMemoryScratchPad, get_open_port


class _Board(multiprocessing.managers.BaseManager):
    """Where workers keep what their filters have seen."""


_Board.register("SharedMemoryScratchPad", SharedMemoryScratchPad, exposed=["add", "get", "internal_call"])


def improve(graph_manager, args, task):
    """Trains, and leaves the trained network in the graph manager. Ends the process with exit code 1 if a worker fails."""
    if args.framework != Frameworks.tensorflow:
        sys.exit(f"num_workers: {args.num_workers} (expected: 1 with MXNet, for which Coach has no shared network)")
    with _Board() as board:
        _run(graph_manager, args, board.SharedMemoryScratchPad())
    graph_manager.create_graph(task)
    _take_over(graph_manager, args.checkpoint_save_dir)


def _run(graph_manager, args, scratchpad):
    network, *workers = (f"localhost:{get_open_port()}" for _ in range(1 + args.num_workers))

    def start(job, index):
        task = DistributedTaskParameters(
            framework_type=args.framework,
            parameters_server_hosts=network,
            worker_hosts=",".join(workers),
            job_type=job,
            task_index=index,
            num_tasks=args.num_workers,
            num_training_tasks=args.num_workers,
            experiment_path=args.experiment_path,
            shared_memory_scratchpad=scratchpad,
            seed=args.seed + index if args.seed is not None else None,
            checkpoint_save_secs=args.checkpoint_save_secs,
            checkpoint_save_dir=args.checkpoint_save_dir,
            apply_stop_condition=args.apply_stop_condition,
        )
        process = multiprocessing.Process(target=_work, args=(graph_manager, task), name=f"{job} {index}")
        process.start()
        return process

    server = start("ps", 0)
    processes = [start("worker", index) for index in range(args.num_workers)]
    working = {process.sentinel: process for process in processes}
    try:
        while working:
            for sentinel in multiprocessing.connection.wait([*working, server.sentinel]):
                ended = working.pop(sentinel, server)
                ended.join()
                if ended is server or ended.exitcode != 0:
                    sys.exit(f"Coach's process {ended.name} of {args.num_workers} workers ended with exit code {ended.exitcode}")
    finally:
        for process in [server, *processes]:
            process.terminate()
            process.join()


def _work(graph_manager, task):
    graph_manager.create_graph(task)  # does not return in the network's process
    graph_manager.improve()
    if task.task_index == 0:
        graph_manager.save_checkpoint()  # of the filters
    graph_manager.close()  # and here TensorFlow saves the network


def _take_over(graph_manager, folder):
    import tensorflow as tf

    saved = tf.train.load_checkpoint(folder)
    names = saved.get_variable_to_shape_map()
    sessions = graph_manager.sess.values() if isinstance(graph_manager.sess, dict) else [graph_manager.sess]
    for session in sessions:
        with session.graph.as_default():
            for variable in tf.global_variables():
                own = variable.op.name
                shared = own.replace("/online/", "/global/").replace("/target/", "/global/")
                if shared in names or own in names:
                    variable.load(saved.get_tensor(shared if shared in names else own), session)
                elif "/online/" in own:
                    sys.exit(f"{folder}: the workers' checkpoint lacks {shared}")
    for level in graph_manager.level_managers:
        level.restore_checkpoint(folder)
    latest = CheckpointStateReader(folder).get_latest()
    graph_manager.checkpoint_id = latest.num + 1
    steps = int(latest.name.rpartition("Step-")[2].partition(".")[0])  # of the first worker
    graph_manager.total_steps_counters[RunPhase.TRAIN][EnvironmentSteps] = steps
