"""Settings by dotted path: `rl.training.config.lr` = 0.001, `rl.agent_params.algorithm.discount` = 0.99."""

import re

_INTEGER = re.compile(r"[+-]?\d+")
_INDEX = re.compile(r"(?P<name>[^\[\]]*)(?P<indexes>(\[[^\]]+\])*)")


class ConfigurationList:
    """Remembers settings and puts them into a tree of dictionaries, lists and objects.

    A name may end in `:Type`, one of ALLOWED_TYPES, which then makes the value: `steps:EnvironmentSteps` = 1000.
    Part of a path may be `name[key]`.
    """

    ALLOWED_TYPES = {}

    def __init__(self):
        self.hp_dict = {}

    def store(self, name, value):
        self.hp_dict[name] = value

    def apply_subset(self, config, prefix):
        """Puts those whose name begins with prefix into config, without the prefix."""
        for name, value in self.hp_dict.items():
            if name.startswith(prefix):
                self.apply_one(config, name[len(prefix) :], value, prefix)

    def apply_one(self, config, path, value, prefix=""):
        path, _, kind = path.partition(":")
        if kind:
            if kind not in self.ALLOWED_TYPES:
                allowed = ", ".join(sorted(self.ALLOWED_TYPES)) or "none here"
                raise ValueError(f"{prefix}{path}:{kind}: unknown type {kind} (expected: one of {allowed})")
            value = self.ALLOWED_TYPES[kind](_number(value))
        else:
            value = _number(value)
        *way, last = _steps(path)
        place, so_far = config, prefix
        for step in way:
            place = _get(place, step, so_far)
            so_far += f"{step}."
        _set(place, last, value, so_far)
        print(f"Applied {prefix}{path} = {value}")


def _number(value):
    """Text that is a whole or a decimal number becomes one; true, false and the rest stay what they are."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if _INTEGER.fullmatch(text):
        return int(text)
    try:
        return float(text)
    except ValueError:
        return value.strip("\"'")


def _steps(path):
    for part in path.split("."):
        match = _INDEX.fullmatch(part)
        if match is None or not part:
            raise ValueError(f"{path}: not a path (expected: names with dots between, such as training.config.lr)")
        if match["name"]:
            yield match["name"]
        for index in re.findall(r"\[([^\]]+)\]", match["indexes"]):
            yield index.strip("\"'")


def _get(place, step, so_far):
    if isinstance(place, dict):
        if step not in place:
            raise KeyError(f"{so_far}{step}: not in the configuration (there: {', '.join(map(str, place))})")
        return place[step]
    if isinstance(place, (list, tuple)):
        return place[int(step)]
    if not hasattr(place, step):
        raise KeyError(f"{so_far}{step}: {type(place).__name__} has nothing of that name")
    return getattr(place, step)


def _set(place, step, value, so_far):
    if isinstance(place, dict):
        place[step] = value
    elif isinstance(place, list):
        place[int(step)] = value
    else:
        _get(place, step, so_far)  # a misspelt name would change nothing
        setattr(place, step, value)
