"""What a Coach script leaves, without the training: a policy in COACH_BACKEND's framework in SM_MODEL_DIR, and beside it
what the framework itself says to some observations.
"""

import json
import os
import pathlib

OBSERVATIONS = [[0.1, 0.2, 0.3, 0.4], [1.0, -2.0, 3.0, -4.0]]


def of_tensorflow(folder):
    import tensorflow as tf

    with tf.Session() as session:
        observation = tf.placeholder(tf.float32, [None, 4], name="observation")
        weights = tf.get_variable("weights", [4, 2])
        policy = tf.nn.softmax(tf.matmul(observation, weights))
        session.run(tf.global_variables_initializer())
        place = str(folder / "model" / "tf-model" / "00000001")
        tf.saved_model.simple_save(session, place, {"observation": observation}, {"policy": policy})
        return session.run(policy, {observation: OBSERVATIONS}).tolist()


def of_mxnet(folder):
    import mxnet as mx

    policy = mx.sym.softmax(mx.sym.FullyConnected(mx.sym.Variable("data0"), num_hidden=2, name="policy"))
    module = mx.mod.Module(policy, data_names=["data0"], label_names=None)
    module.bind([("data0", (2, 4))], for_training=False)
    module.init_params(mx.init.Uniform(1.0))
    module.save_checkpoint(str(folder / "model"), 0)
    (folder / "model-shapes.json").write_text(json.dumps([{"name": "data0", "shape": [1, 4]}]))
    module.forward(mx.io.DataBatch([mx.nd.array(OBSERVATIONS)]), is_train=False)
    return module.get_outputs()[0].asnumpy().tolist()


if __name__ == "__main__":
    model = pathlib.Path(os.environ["SM_MODEL_DIR"])
    make = {"tensorflow": of_tensorflow, "mxnet": of_mxnet}[os.environ["COACH_BACKEND"]]
    (model / "expected.json").write_text(json.dumps(make(model)))
