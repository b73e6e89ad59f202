"""Where the two jobs of one Ray cluster find each other: an object in S3, as in SageMaker's own RL examples.

The job of type `primary` has the head and puts its address there; hosts of the `secondary` job wait for it. The two jobs
reach each other when they name the same subnets and security groups.
"""

import json
import os
import sys

TYPES = ("primary", "secondary")
HYPERPARAMETERS = ("rl_cluster_type", "rl_num_instances_secondary", "s3_bucket", "s3_prefix", "aws_region")


def _hyperparameter(name, default=""):
    return os.environ.get(f"SM_HP_{name.upper()}", default).strip().strip('"')


class Meeting:
    """What this job's HYPERPARAMETERS say of the other job."""

    def __init__(self):
        self.type = _hyperparameter("rl_cluster_type", "primary").lower()
        self.others = int(_hyperparameter("rl_num_instances_secondary", "0"))
        problem = self._problem()
        if problem:
            sys.exit(problem)

    def _problem(self):
        if self.type not in TYPES:
            return f'rl_cluster_type: "{self.type}" (expected: one of {", ".join(TYPES)})'
        if self.others < 0:
            return f"rl_num_instances_secondary: {self.others} (expected: the secondary job's hosts, 0 for no such job)"
        if not self.is_wanted:
            return None
        missing = [name for name in ("s3_bucket", "s3_prefix") if not _hyperparameter(name)]
        if missing:
            return (f"{', '.join(missing)}: missing (expected: where in S3 the two jobs of this cluster meet, "
                    "the same in both)")
        return None

    @property
    def is_primary(self):
        return self.type == "primary"

    @property
    def is_wanted(self):
        """Whether there is another job at all."""
        return not self.is_primary or self.others > 0

    @property
    def place(self):
        prefix = _hyperparameter("s3_prefix").strip("/")
        return {"Bucket": _hyperparameter("s3_bucket"), "Key": f"{prefix}/dist-ray/config/MASTER_IP.json"}

    def __str__(self):
        return "s3://{Bucket}/{Key}".format(**self.place)

    def announce(self, address, host):
        """On the head."""
        self._s3().put_object(Body=json.dumps({"IP": address, "HOST_NAME": host}).encode(), **self.place)

    def leave(self):
        """On the head: whoever comes later finds no address that is none any more."""
        self._s3().delete_object(**self.place)

    def head(self):
        """On hosts of the secondary job: the head's address, or None while nobody has told it."""
        s3 = self._s3()
        try:
            return json.loads(s3.get_object(**self.place)["Body"].read())["IP"]
        except s3.exceptions.NoSuchKey:
            return None

    def _s3(self):
        import boto3

        return boto3.client("s3", region_name=_hyperparameter("aws_region") or None)
