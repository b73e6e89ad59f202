"""What libraries say in passing before a script says anything."""

import sys

print(
    """2026-11-28 08:54:14.647233: I tensorflow/core/platform/cpu_feature_guard.cc:182] This TensorFlow binary is optimized.
To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow.
2026-11-28 08:54:14.647301: E external/local_xla/cuda_dnn.cc:9261] Unable to register cuDNN factory: registered already
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
W0000 00:00:1764320054.647000    1234 gpu_device.cc:2344] Cannot dlopen some GPU libraries.
I1128 08:54:14.647000 1234 env.cc:3] ready
WARNING:tensorflow:From v2_compat.py:107: disable_resource_variables is deprecated and will be removed.
Instructions for updating:
non-resource variables are not supported in the long term
2026-11-28 08:54:14,707	WARNING util.py:67 -- Install gputil for GPU system monitoring.
(RolloutWorker pid=71) 2026-11-28 08:54:14,708	INFO rollout_worker.py:1 -- up
2026-11-28 08:54:15,001 - rl_coach.core - WARNING - no checkpoint
/opt/ml/code/train.py:7: DeprecationWarning: `np.bool8` is a deprecated alias
  if not isinstance(terminated, (bool, np.bool8)):""",
    file=sys.stderr,
)
