"""Writes a Coach agent's policy in the forms that model servers read.

TensorFlow: a SavedModel `model/tf-model/00000001/`, where TensorFlow Serving looks for it, from `observation` to
`policy`. MXNet: `model.onnx`, and `model-symbol.json`, `model-0000.params`, `model-shapes.json`, which MXNet's own
model server loads. A normalisation filter of the preset is not part of either.
"""

import json
import pathlib
import re
import shutil

from rl_coach.base_parameters import Frameworks


def online_network(graph_manager):
    """The network that the first agent acts by."""
    agent = next(iter(graph_manager.level_managers[0].agents.values()))
    return next(iter(agent.networks.values())).online_network


def export(graph_manager, framework, model_folder, checkpoints):
    model_folder = pathlib.Path(model_folder)
    model_folder.mkdir(parents=True, exist_ok=True)
    if framework == Frameworks.tensorflow:
        _saved_model(online_network(graph_manager), graph_manager.sess, model_folder)
    else:
        _symbol(online_network(graph_manager), model_folder)
        _onnx(pathlib.Path(checkpoints), model_folder)


def _saved_model(network, session, model_folder):
    import tensorflow as tf

    folder = model_folder / "model" / "tf-model" / "00000001"
    folder.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(session, dict):
        session = next(iter(session.values()))
    with session.graph.as_default():
        tf.saved_model.simple_save(
            session, str(folder), inputs=dict(network.inputs), outputs={"policy": _policy(network)}
        )
    print(f"Saved the policy as {folder}", flush=True)


def _policy(network):
    """The output an action is chosen by: probabilities, or the value of each action. Heads come in order, the
    policy's last; what a head has in several parts begins with it."""
    head = network.output_heads[-1].output
    return head[0] if isinstance(head, (list, tuple)) else head


def _symbol(network, model_folder):
    import mxnet
    from rl_coach.architectures.mxnet_components.savers import OnnxSaver

    shapes = network._model_input_shapes()
    symbol = OnnxSaver._get_onnx_sym(network.model, len(shapes))
    parameters = {name: parameter._reduce() for name, parameter in network.model.collect_params().items()}
    arguments = {name: parameters[name] for name in symbol.list_arguments() if name in parameters}
    auxiliary = {name: parameters[name] for name in symbol.list_auxiliary_states()}
    mxnet.model.save_checkpoint(str(model_folder / "model"), 0, symbol, arguments, auxiliary)
    inputs = [name for name in symbol.list_arguments() if name not in parameters]
    described = [{"name": name, "shape": list(map(int, shape))} for name, shape in zip(inputs, shapes)]
    (model_folder / "model-shapes.json").write_text(json.dumps(described))
    print(f"Saved the policy as {model_folder / 'model-symbol.json'}", flush=True)


def _onnx(checkpoints, model_folder):
    files = sorted(checkpoints.glob("*.onnx"), key=lambda file: int(re.match(r"\d+", file.name).group()))
    if files:
        shutil.copyfile(files[-1], model_folder / "model.onnx")
        print(f"Saved the policy as {model_folder / 'model.onnx'}", flush=True)
