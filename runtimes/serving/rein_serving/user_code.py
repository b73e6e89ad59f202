"""The user's code: where it is, whether it has handlers, and the packages it asks for."""

import ast
import os
import pathlib
import subprocess
import sys

from rein_serving.settings import Refusal

HANDLERS = {"model_fn", "transform_fn", "input_fn", "predict_fn", "output_fn", "pre_model_fn", "model_warmup_fn"}


class UserCode:
    """A folder with a script in it; either may be missing."""

    def __init__(self, folder, script):
        self.folder = folder
        self.script = script

    @staticmethod
    def of(base, program):
        """`code/` of the model as SageMaker's SDKs pack it, else what came from SAGEMAKER_SUBMIT_DIRECTORY in S3.

        A script that was named for training goes along with the model though it may have no handlers: then it is
        left alone, since running it would train.
        """
        packed = base / "model" / "code"
        submitted = os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY", "")
        trains = submitted.startswith("s3://")
        folder = base / "code" if trains and (base / "code").is_dir() else packed
        script = folder / (program if program.endswith(".py") else program + ".py")
        if script.is_file():
            if trains and not _has_handlers(script):
                print(f"{script.name} has no handlers such as model_fn: the default ones are used", flush=True)
                return UserCode(folder, None)
            return UserCode(folder, script)
        if os.environ.get("SAGEMAKER_PROGRAM") and not trains:
            there = ", ".join(sorted(file.name for file in folder.glob("*"))) if folder.is_dir() else "no such folder"
            raise Refusal(f"SAGEMAKER_PROGRAM: {program} is not in {folder} (found there: {there})")
        return UserCode(folder, None)

    def path(self):
        """What goes before the packages: the code, and the dependencies that the SDKs put below `lib/`."""
        folders = [self.folder, self.folder / "lib"]
        if self.script:
            folders.insert(0, self.script.parent)
        return [str(folder) for folder in dict.fromkeys(folders) if folder.is_dir()]

    def python(self, base):
        """The interpreter that has what `requirements.txt` asks for: ours, or one that adds to ours.

        The runtime's environment is shared and stays as it is.
        """
        requirements = self.folder / "requirements.txt"
        if not requirements.is_file() or (self.folder / "lib").is_dir():
            return sys.executable
        target = base / "python"
        print(f"installing {requirements}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(target)], check=True)
        site = next(target.glob("lib/python*/site-packages"))
        ours = [path for path in sys.path if pathlib.Path(path).name == "site-packages"]
        (site / "runtime.pth").write_text("".join(f"import site; site.addsitedir({path!r})\n" for path in ours))
        python = str(target / "bin" / "python3")
        pip = subprocess.run(
            [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "-r", str(requirements)],
            cwd=self.folder,
            env={**os.environ, "PIP_CACHE_DIR": str(base / "pip-cache")},
        )
        if pip.returncode != 0:
            raise Refusal(
                f"{requirements}: pip install ended with exit code {pip.returncode}; what it said is above. "
                "Correct the file, or ship the packages below code/lib/, which takes no network."
            )
        return python


def _has_handlers(script):
    try:
        tree = ast.parse(script.read_bytes(), str(script))
    except SyntaxError:
        return True  # told when it is imported
    names = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            names.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign):
            names.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return bool(names & (HANDLERS | {"*"}))
