"""Writes a Coach agent's policy in the forms that model servers read.

TensorFlow: a SavedModel `model/tf-model/00000001/`, where TensorFlow Serving looks for it, from observations to `policy`;
its second signature, `network`, takes all that the agent's network does. MXNet: `model-symbol.json`,
`model-0000.params`, `model-shapes.json`, which MXNet's own model server loads, and `model.onnx`. Observations are those
of the environment: a running normalisation of the preset's is part of the model, its other filters are not.
"""

import json
import pathlib

import numpy as np
from rl_coach.base_parameters import Frameworks
from rl_coach.filters.observation.observation_normalization_filter import ObservationNormalizationFilter

SMALLEST_DEVIATION = 1e-15  # as in Coach's own running statistics


def first_agent(graph_manager):
    return next(iter(graph_manager.level_managers[0].agents.values()))


def online_network(graph_manager):
    """The network that the first agent acts by."""
    return next(iter(first_agent(graph_manager).networks.values())).online_network


def export(graph_manager, framework, model_folder):
    model_folder = pathlib.Path(model_folder)
    model_folder.mkdir(parents=True, exist_ok=True)
    network = online_network(graph_manager)
    scales = {name: _scales(first_agent(graph_manager), name) for name in _observations(network)}
    if framework == Frameworks.tensorflow:
        _saved_model(network, scales, graph_manager.sess, model_folder)
    else:
        _symbol(network, scales, model_folder)


def _observations(network):
    """Inputs that an environment gives, in the order of the network's; heads ask for more while they learn."""
    return sorted(network.network_parameters.input_embedders_parameters)


def _scales(agent, observation):
    """What the agent does to an observation before its network sees it: [(mean, deviation, low, high), ...]."""
    scales = []
    for filters in (agent.input_filter, agent.pre_network_filter):
        for name, each in filters.observation_filters.get(observation, {}).items():
            if isinstance(each, ObservationNormalizationFilter):
                stats = each.running_observation_stats
                deviation = np.float32(stats.std + SMALLEST_DEVIATION)
                scales.append((np.float32(stats.mean), deviation, *map(float, stats.clip_values)))
            else:
                print(f"The preset's filter {name} of {observation} is not part of the model that is saved", flush=True)
    return scales


def _saved_model(network, scales, session, model_folder):
    import tensorflow as tf

    folder = model_folder / "model" / "tf-model" / "00000001"
    folder.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(session, dict):
        session = next(iter(session.values()))
    policy = _policy(network)
    with session.graph.as_default():
        raw = {name: tf.placeholder(tf.float32, network.inputs[name].shape, name) for name in scales}
        seen = {}
        for name, value in raw.items():
            for mean, deviation, low, high in scales[name]:
                value = tf.clip_by_value((value - mean) / deviation, low, high)
            seen[network.inputs[name].name] = value
        # The weights as they are, and nothing else of the graph: heads hang learning's own inputs on it.
        frozen = tf.graph_util.convert_variables_to_constants(session, session.graph_def, [policy.op.name])
        (served,) = tf.import_graph_def(frozen, input_map=seen, return_elements=[policy.name], name="served")
        builder = tf.saved_model.Builder(str(folder))
        builder.add_meta_graph_and_variables(
            session,
            [tf.saved_model.tag_constants.SERVING],
            signature_def_map={
                "serving_default": _signature(raw, served),
                "network": _signature(network.inputs, policy),
            },
            clear_devices=True,  # Coach names a GPU, there or not
            saver=tf.train.Saver(),
        )
        builder.save()
    print(f"Saved the policy as {folder}", flush=True)


def _signature(inputs, policy):
    import tensorflow as tf

    return tf.saved_model.predict_signature_def(inputs=dict(inputs), outputs={"policy": policy})


def _policy(network):
    """The output an action is chosen by: probabilities, or the value of each action. Heads come in order, the
    policy's last; what a head has in several parts begins with it."""
    head = network.output_heads[-1].output
    return head[0] if isinstance(head, (list, tuple)) else head


def _symbol(network, scales, model_folder):
    import mxnet
    from mxnet.contrib import onnx
    from rl_coach.architectures.mxnet_components.utils import ScopedOnnxEnable

    arguments, seen = {}, []
    for i, name in enumerate(scales):
        value = mxnet.sym.Variable(f"Data{i}")
        for j, (mean, deviation, low, high) in enumerate(scales[name]):
            taken, over = (mxnet.sym.Variable(f"{name}_{part}{j}", shape=(1, *mean.shape)) for part in ("mean", "deviation"))
            arguments.update({taken.name: mxnet.nd.array(mean[None]), over.name: mxnet.nd.array(deviation[None])})
            value = mxnet.sym.clip(mxnet.sym.broadcast_div(mxnet.sym.broadcast_sub(value, taken), over), low, high)
        seen.append(value)
    with ScopedOnnxEnable(network.model):
        symbol = mxnet.sym.Group(mxnet.gluon.block._flatten(network.model(*seen), "output")[0])
    parameters = {name: parameter._reduce() for name, parameter in network.model.collect_params().items()}
    arguments.update({name: parameters[name] for name in symbol.list_arguments() if name in parameters})
    auxiliary = {name: parameters[name] for name in symbol.list_auxiliary_states()}
    mxnet.model.save_checkpoint(str(model_folder / "model"), 0, symbol, arguments, auxiliary)
    shapes = [tuple(map(int, shape)) for shape in network._model_input_shapes()]
    described = [{"name": f"Data{i}", "shape": shape} for i, shape in enumerate(shapes)]
    (model_folder / "model-shapes.json").write_text(json.dumps(described))
    print(f"Saved the policy as {model_folder / 'model-symbol.json'}", flush=True)
    file = str(model_folder / "model.onnx")
    onnx.export_model(symbol, {**arguments, **auxiliary}, shapes, np.float32, file)
    print(f"Saved the policy as {file}", flush=True)
