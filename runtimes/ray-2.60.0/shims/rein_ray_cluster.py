"""Gives the hosts of a job the token without which the current Ray lets nobody join; loaded at the interpreter's start,
since Ray reads it when it is imported.

Every host makes the same token, from what this job's hosts know and nobody else does.
"""

import os

if "," in os.environ.get("SM_HOSTS", "") and "RAY_AUTH_TOKEN" not in os.environ:
    import hashlib

    secret = os.environ.get("TRAINING_JOB_ARN", "") + os.environ.get("AWS_SECRET_ACCESS_KEY", "")
    os.environ["RAY_AUTH_MODE"] = "token"
    os.environ["RAY_AUTH_TOKEN"] = hashlib.sha256(secret.encode()).hexdigest()
