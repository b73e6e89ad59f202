"""What RLlib's policies see and do, in JSON: a `Dict` is an object, a `Tuple` a list, all else numbers in lists."""

import numpy as np
from sagemaker_inference.errors import GenericInferenceToolkitError

COUNTED = ("Discrete", "MultiDiscrete", "MultiBinary")


def parts(space):
    """The spaces that a space is put together from, by name or place; None for one of numbers. By the classes' names,
    since a policy of an old script may come with the spaces of the old `gym`."""
    kind = type(space).__name__
    if kind == "Dict":
        return dict(space.spaces)
    return dict(enumerate(space.spaces)) if kind == "Tuple" else None


def unreadable(space):
    """The first space in it that no JSON stands for; None if there is none."""
    inner = parts(space)
    if inner is None:
        return space if space.shape is None else None
    return next(filter(None, map(unreadable, inner.values())), None)


def refused(message):
    return GenericInferenceToolkitError(400, message)


def one(space, value, name="observation"):
    """An observation as an environment of this space would give it."""
    inner = parts(space)
    if inner is None:
        rows = numbers(value, name)[None]
        return held(space, rows, name)[0]
    if type(space).__name__ == "Dict":
        if not isinstance(value, dict) or set(value) != set(inner):
            there = f"the members {sorted(value)}" if isinstance(value, dict) else "no members"
            raise refused(f"{name} has {there} (expected: {sorted(inner)})")
        return {key: one(part, value[key], f"{name}.{key}") for key, part in inner.items()}
    if not isinstance(value, list | np.ndarray) or len(value) != len(inner):
        raise refused(f"{name} is no list of {len(inner)} (expected: one value for each space of {space})")
    return tuple(one(part, value[i], f"{name}[{i}]") for i, part in inner.items())


def numbers(value, name):
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind not in "fiub":
        raise refused(f"{name}: no numbers in lists of equal lengths")
    return array


def held(space, rows, name="observations"):
    """The observations in their space's type. Bounds are not looked at: a network answers beyond them too."""
    shape = tuple(space.shape)
    if rows.shape[1:] != shape:
        raise refused(f"{name} of the shape {list(rows.shape[1:])} (expected: {list(shape)})")
    with np.errstate(all="ignore"):
        typed = rows.astype(space.dtype)
        kept = np.isfinite(typed).all() and (typed.dtype.kind == "f" or (typed == rows).all())
    if not kept or type(space).__name__ in COUNTED and not all(space.contains(row) for row in typed):
        raise refused(f"{name} out of the policy's {space} (expected: finite numbers; whole ones where it counts)")
    return typed


def numpy(batch):
    """A batch of actions without a framework's tensors."""
    if isinstance(batch, dict):
        return {key: numpy(part) for key, part in batch.items()}
    if isinstance(batch, tuple | list):
        return tuple(numpy(part) for part in batch)
    return batch.numpy() if hasattr(batch, "numpy") else np.asarray(batch)


def rows(batch):
    """A batch of actions as one action after the other: an array, or a list where an action has parts."""
    if isinstance(batch, dict):
        return [dict(zip(batch, values, strict=True)) for values in zip(*map(_plain, batch.values()), strict=True)]
    if isinstance(batch, tuple):
        return [list(values) for values in zip(*map(_plain, batch), strict=True)]
    return batch


def _plain(batch):
    made = rows(batch)
    return made.tolist() if isinstance(made, np.ndarray) else made
