"""Bodies to arrays."""

import io
import json

import numpy as np

from sagemaker_inference import content_types, errors


def _json_to_numpy(string_like, dtype=None):
    return np.array(json.loads(string_like), dtype=dtype)


def _csv_to_numpy(string_like, dtype=None):
    return np.genfromtxt(io.StringIO(string_like), dtype=dtype, delimiter=",")


def _npy_to_numpy(npy_array):
    """Amazon's also unpickles objects, which lets a caller run code here; this one refuses them."""
    return np.load(io.BytesIO(npy_array), allow_pickle=False)


def _npz_to_sparse(npz_bytes):
    import scipy.sparse

    return scipy.sparse.load_npz(io.BytesIO(npz_bytes))


_decoder_map = {
    content_types.NPY: _npy_to_numpy,
    content_types.CSV: _csv_to_numpy,
    content_types.JSON: _json_to_numpy,
    content_types.NPZ: _npz_to_sparse,
}


def decode(obj, content_type):
    if content_type not in _decoder_map:
        raise errors.UnsupportedFormatError(content_type)
    return _decoder_map[content_type](obj)
