"""Experiment descriptions of older RLlib scripts, in the words of the Ray that is here."""

RENAMED = {
    "sample_batch_size": "rollout_fragment_length",
    "num_envs": "num_envs_per_worker",
    "evaluation_num_episodes": "evaluation_duration",
    "timesteps_per_iteration": "min_sample_timesteps_per_iteration",
    "min_iter_time_s": "min_time_s_per_iteration",
    "metrics_smoothing_episodes": "metrics_num_episodes_for_smoothing",
}
GONE = ("monitor", "video_dir", "sample_async", "straggler_mitigation", "log_sys_usage", "collect_metrics_timeout")
OF_MODEL = ("vf_share_layers", "free_log_std")
CHECKPOINTS = {
    "checkpoint_freq": "checkpoint_frequency",
    "checkpoint_at_end": "checkpoint_at_end",
    "keep_checkpoints_num": "num_to_keep",
}


def translated(spec):
    """A copy of an experiment's description that this Ray understands; what was changed is printed."""
    spec = dict(spec)
    config = dict(spec.get("config", {}))
    if "env" in spec:
        config.setdefault("env", spec.pop("env"))
    for old, new in RENAMED.items():
        if old in config:
            _say(f"config.{old} is called {new} now")
            config.setdefault(new, config.pop(old))
    for name in GONE:
        if name in config:
            _say(f"config.{name} is gone from RLlib; left out")
            del config[name]
    for name in OF_MODEL:
        if name in config:
            _say(f"config.{name} belongs to config.model now")
            config["model"] = {**config.get("model", {}), name: config.pop(name)}
    if "use_pytorch" in config or "eager" in config:
        torch, eager = config.pop("use_pytorch", False), config.pop("eager", False)
        config.setdefault("framework", "torch" if torch else "tf2" if eager else "tf")
    if config.get("framework") == "tfe":
        config["framework"] = "tf2"
    config.setdefault("framework", "tf")
    checkpoints = {new: spec.pop(old) for old, new in CHECKPOINTS.items() if old in spec}
    if checkpoints:
        spec["checkpoint_config"] = {**checkpoints, **spec.get("checkpoint_config", {})}
    spec["config"] = config
    return spec


def _say(text):
    print(f"RLlib: {text}.", flush=True)
