"""Plays the policy of coach-train.py again: a job whose channel `checkpoint` is an earlier job's `checkpoint` folder.

    estimator = RLEstimator(entry_point="evaluate-coach.py", source_dir="examples/coach", …)
    estimator.fit({"checkpoint": "s3://…/checkpoint"})
"""

import argparse
import importlib

from sagemaker_rl import folders
from sagemaker_rl.coach_evaluation import evaluate

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--RLCOACH_PRESET", default="coach-train")
    parser.add_argument("--evaluate_episodes", type=int, default=5)
    options = parser.parse_args()
    preset = importlib.import_module(options.RLCOACH_PRESET)
    evaluate(preset.graph_manager, folders.only_leaf(folders.channel("checkpoint")), options.evaluate_episodes)
