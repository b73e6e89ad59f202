"""Runs the example train-sb3.py, which lies beside this, and leaves beside its policy what Stable-Baselines3's own model
says to some observations: the actions it favours, and their logits.
"""

import json
import os
import pathlib
import runpy

import numpy as np

ROWS = np.random.default_rng(1).uniform(-0.4, 0.4, (24, 4)).astype(np.float32)

if __name__ == "__main__":
    runpy.run_path(str(pathlib.Path(__file__).with_name("train-sb3.py")), run_name="__main__")
    import torch
    from stable_baselines3 import PPO

    folder = pathlib.Path(os.environ["SM_MODEL_DIR"])
    model = PPO.load(folder / "policy.zip")
    with torch.no_grad():
        logits = model.policy.get_distribution(torch.from_numpy(ROWS)).distribution.logits
    said = {
        "observations": ROWS.tolist(),
        "actions": model.predict(ROWS, deterministic=True)[0].tolist(),
        "logits": logits.tolist(),
    }
    (folder / "expected.json").write_text(json.dumps(said))
