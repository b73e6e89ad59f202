"""Lets RLlib scripts of 2018 to 2021 run on Ray 2.3.1; loaded at the interpreter's start.

Nothing happens until a script imports `gym` or Ray. Then `gym` is `gymnasium`, which RLlib asks for, and environments
whose `reset()` returns an observation alone and whose `step()` returns four things are put into its newer form.
"""

import inspect

import rein_imports


def is_old(environment):
    """Whether an environment, or a class of them, was written for gym before 0.26."""
    import gymnasium

    kind = environment if inspect.isclass(environment) else type(environment)
    if isinstance(environment, gymnasium.Wrapper):
        return is_old(environment.env)
    if not issubclass(kind, gymnasium.Env) and not (hasattr(kind, "reset") and hasattr(kind, "step")):
        return False
    parameters = inspect.signature(kind.reset).parameters.values()
    return not any(p.name == "seed" or p.kind is p.VAR_KEYWORD for p in parameters)


def modern(environment):
    """The environment, in the form of gymnasium 0.26."""
    if not is_old(environment):
        return environment
    import gymnasium

    class Modern(gymnasium.Env):
        """An environment of old gym: four things from step(), a seed by seed()."""

        def __init__(self, old):
            self.old = old
            self.action_space, self.observation_space = old.action_space, old.observation_space
            self.metadata = getattr(old, "metadata", {}) or {}
            self.render_mode = None
            self.reward_range = getattr(old, "reward_range", (-float("inf"), float("inf")))

        def reset(self, *, seed=None, options=None):
            if seed is not None and hasattr(self.old, "seed"):
                self.old.seed(seed)
            return self.old.reset(), {}

        def step(self, action):
            observation, reward, done, info = self.old.step(action)
            truncated = bool(done and info.get("TimeLimit.truncated", False))
            return observation, reward, bool(done) and not truncated, truncated, info

        def render(self):
            return self.old.render()

        def close(self):
            if hasattr(self.old, "close"):
                self.old.close()

        def __getattr__(self, name):
            if name == "old":  # not there before __init__, as when a copy is made
                raise AttributeError(name)
            return getattr(self.old, name)

    return Modern(environment)


def _gymnasium(gymnasium):
    made = gymnasium.make

    def make(id, *arguments, **options):
        known = gymnasium.envs.registration.registry.get(id) if isinstance(id, str) else None
        entry = getattr(known, "entry_point", None)
        if isinstance(entry, str) and ":" in entry:
            try:
                entry = gymnasium.envs.registration.load(entry)
            except (ImportError, AttributeError):
                entry = None  # make() itself says what is wrong
        if inspect.isclass(entry) and is_old(entry):
            environment = modern(entry(**{**known.kwargs, **options}))
            limit = known.max_episode_steps
            return gymnasium.wrappers.TimeLimit(environment, limit) if limit else environment
        return made(id, *arguments, **options)

    gymnasium.make = make


def _registry(registry):
    registered = registry.register_env

    def register_env(name, creator):
        registered(name, lambda configuration: modern(creator(configuration)))

    registry.register_env = register_env


def _no_old_gym(module):
    """RLlib refuses what is an environment of gym, by which it means the one before gymnasium."""
    import gymnasium

    module.try_import_gymnasium_and_gym = lambda: (gymnasium, None)


rein_imports.alias("gym", "gymnasium")
rein_imports.after("ray.rllib.utils.gym", _no_old_gym)
rein_imports.after("gymnasium", _gymnasium)
rein_imports.after("ray.tune.registry", _registry)
