"""Exports of TensorFlow policies in the form that TensorFlow Serving loads."""

import os
import pathlib
import re


def natural_keys(text):
    """A sorting key by which checkpoint_10 comes after checkpoint_9."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", str(text))]


def change_permissions_recursive(path, mode):
    for root, folders, files in os.walk(path):
        for name in folders + files:
            try:
                os.chmod(os.path.join(root, name), mode)
            except PermissionError:
                pass  # another user's, who decides


def export_tf_serving(agent, output_dir):
    """Writes the policy of an RLlib algorithm, with its trained weights, as version 1: `<output_dir>/1`.

    RLlib's own export_policy_model writes a fresh session's weights, the ones before training.
    """
    from ray.rllib.utils.framework import try_import_tf

    tf1, _, _ = try_import_tf()
    policy = agent.get_policy()
    folder = pathlib.Path(output_dir) / "1"
    with policy.get_session().graph.as_default():
        builder = tf1.saved_model.Builder(str(folder))
        builder.add_meta_graph_and_variables(
            policy.get_session(),
            [tf1.saved_model.tag_constants.SERVING],
            signature_def_map=_signatures(policy),
            saver=tf1.train.Saver(),
        )
        builder.save()
    print(f"Saved the policy for TensorFlow Serving as {folder}")
    return folder


def _signatures(policy):
    """`serving_default` takes all that RLlib's graph does; `policy` takes observations alone and gives what the action
    is chosen by."""
    full = policy._build_signature_def()["serving_default"]
    name = "action_dist_inputs"
    signatures = {"serving_default": full}
    if name in full.outputs and "observations" in full.inputs:
        few = type(full)()
        few.method_name = full.method_name
        few.inputs["observations"].CopyFrom(full.inputs["observations"])
        few.outputs[name].CopyFrom(full.outputs[name])
        signatures["policy"] = few
    return signatures
