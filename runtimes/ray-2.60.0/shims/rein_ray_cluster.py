"""Gives the hosts of a job the token without which the current Ray lets nobody join; loaded at the interpreter's start,
since Ray reads it when it is imported.

Every host makes the same token, from what this job's hosts know and nobody else does; or, where two jobs make one
cluster, from what those two know.
"""

import os

two = {"SM_HP_RL_CLUSTER_TYPE", "SM_HP_RL_NUM_INSTANCES_SECONDARY"} & os.environ.keys()
if (two or "," in os.environ.get("SM_HOSTS", "")) and "RAY_AUTH_TOKEN" not in os.environ:
    import hashlib

    known = ("SM_HP_S3_BUCKET", "SM_HP_S3_PREFIX") if two else ("TRAINING_JOB_ARN",)
    secret = "".join(os.environ.get(name, "") for name in (*known, "AWS_SECRET_ACCESS_KEY"))
    os.environ["RAY_AUTH_MODE"] = "token"
    os.environ["RAY_AUTH_TOKEN"] = hashlib.sha256(secret.encode()).hexdigest()
