"""TensorFlow 1, numpy and collections as Coach knew them, on top of today's."""

import collections
import collections.abc
import math
import sys
import types


def install():
    _collections()
    _numpy()
    _mxnet()  # before TensorFlow: the other way round MXNet crashes when an agent is made
    _tensorflow()


def _collections():
    for name in ("Callable", "Hashable", "Iterable", "Mapping", "MutableMapping", "Sequence", "Set"):
        if not hasattr(collections, name):
            setattr(collections, name, getattr(collections.abc, name))


def _numpy():
    import numpy

    for name, kind in {"bool": bool, "int": int, "float": float, "object": object}.items():
        if name not in vars(numpy):
            setattr(numpy, name, kind)


def _mxnet():
    import mxnet
    import numpy

    made = mxnet.init.Constant.__init__

    def constant(self, value):
        made(self, numpy.array(value) if isinstance(value, (list, tuple)) else value)

    mxnet.init.Constant.__init__ = constant


def _tensorflow():
    import tensorflow

    tf = tensorflow.compat.v1
    tf.disable_v2_behavior()
    tf.logging.set_verbosity(tf.logging.ERROR)
    registered = tf.distributions.kl_divergence
    tf.distributions.kl_divergence = lambda one, other, **options: (
        one.kl_divergence(other) if isinstance(one, _MultivariateNormalDiag) else registered(one, other, **options)
    )
    tf.contrib = types.SimpleNamespace(
        layers=types.SimpleNamespace(
            xavier_initializer=tf.glorot_uniform_initializer,
            flatten=tf.layers.flatten,
            l2_regularizer=lambda scale: lambda weights: scale * tf.nn.l2_loss(weights),
            layer_norm=_layer_norm,
        ),
        distributions=types.SimpleNamespace(
            Categorical=tf.distributions.Categorical,
            Normal=tf.distributions.Normal,
            MultivariateNormalDiag=_MultivariateNormalDiag,
            kl_divergence=tf.distributions.kl_divergence,
        ),
        framework=types.SimpleNamespace(
            get_name_scope=lambda: tf.get_default_graph().get_name_scope(),
            load_checkpoint=tf.train.load_checkpoint,
        ),
        opt=types.SimpleNamespace(ScipyOptimizerInterface=_no_scipy_optimizer),
    )
    sys.modules["tensorflow"] = tf


def _layer_norm(inputs, **_):
    tf = sys.modules["tensorflow"]
    with tf.variable_scope(None, default_name="LayerNorm"):
        width = inputs.shape[-1]
        beta = tf.get_variable("beta", [width], initializer=tf.zeros_initializer())
        gamma = tf.get_variable("gamma", [width], initializer=tf.ones_initializer())
        mean, variance = tf.nn.moments(inputs, list(range(1, len(inputs.shape))), keep_dims=True)
        return tf.nn.batch_normalization(inputs, mean, variance, beta, gamma, 1e-12)


def _no_scipy_optimizer(*_, **__):
    raise NotImplementedError(
        "tf.contrib.opt.ScipyOptimizerInterface has no successor in TensorFlow 2. "
        "Choose another optimizer_type than 'LBFGS' in the network's parameters."
    )


class _MultivariateNormalDiag:
    """Independent normal numbers as one vector; what Coach's heads ask of it."""

    def __init__(self, loc, scale_diag):
        self.loc, self.scale_diag = loc, scale_diag

    @property
    def _tf(self):
        return sys.modules["tensorflow"]

    def mean(self):
        return self.loc

    def sample(self, *_, **__):
        return self.loc + self.scale_diag * self._tf.random_normal(self._tf.shape(self.loc), dtype=self.loc.dtype)

    def log_prob(self, value, **_):
        tf = self._tf
        distance = (value - self.loc) / self.scale_diag
        each = -0.5 * tf.square(distance) - tf.log(self.scale_diag) - 0.5 * math.log(2 * math.pi)
        return tf.reduce_sum(each + tf.zeros_like(self.loc), axis=-1)

    def entropy(self, **_):
        tf = self._tf
        each = tf.log(self.scale_diag) + 0.5 * math.log(2 * math.pi * math.e)
        return tf.reduce_sum(each + tf.zeros_like(self.loc), axis=-1)

    def kl_divergence(self, other, **_):
        tf = self._tf
        ratio = tf.square(self.scale_diag / other.scale_diag)
        distance = tf.square((self.loc - other.loc) / other.scale_diag)
        return 0.5 * tf.reduce_sum(ratio + distance - 1 - tf.log(ratio), axis=-1)
