"""Puts Rein's `sagemaker_rl` before a copy of Amazon's that came with a script; loaded at the interpreter's start.

The examples of SageMaker RL bring their helper modules along. Those were written for toolkits that run no more; ours
have the same names and do the same with the toolkits of these runtimes. What only theirs have (bandits, MPI) is still
found. REIN_SAGEMAKER_RL=own keeps a script's own copy.
"""

import importlib.abc
import importlib.util
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).parent / "sagemaker_rl"


class _Ours(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name != "sagemaker_rl":
            return None
        folders = [str(HERE)]
        for entry in sys.path:
            theirs = pathlib.Path(entry or ".") / "sagemaker_rl"
            if theirs.is_dir() and theirs.resolve() != HERE.resolve():
                folders.append(str(theirs.resolve()))
        if len(folders) > 1 and "REIN_SAGEMAKER_RL_TOLD" not in os.environ:
            os.environ["REIN_SAGEMAKER_RL_TOLD"] = "1"  # processes that this one starts need not tell it again
            print(
                f"sagemaker_rl: Rein's own modules go before those in {folders[1]}; REIN_SAGEMAKER_RL=own keeps yours.",
                file=sys.stderr,
                flush=True,
            )
        return importlib.util.spec_from_file_location(
            name, HERE / "__init__.py", submodule_search_locations=folders
        )


if os.environ.get("REIN_SAGEMAKER_RL") != "own":
    sys.meta_path.insert(0, _Ours())
