"""Makes a runtime's Python environment: recipe.py <runtime folder> <cache folder>.

Prints progress for people, then `environment=<folder>` and `base=<folder of its Python>`; an environment that is
there already is only named. The same recipe makes an environment on this machine and, run by a Dockerfile, one in an
image. What it installs is pinned with hashes in the runtime's folder. It needs nothing but Python's own library, and a
network (or what PIP_INDEX_URL and PIP_FIND_LINKS name) the first time only.

NVIDIA's libraries are left out where there is no driver for them; REIN_GPU=yes or no decides otherwise.

Exit codes: 0 made, 2 the machine lacks something, 3 a package could not be installed.
"""

import fcntl
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading

MARKER = "rein-runtime.json"
LAST_LINES = 12
EDITION = 2  # of this program: to be raised when it would make another environment of the same description

# Modules of Rein's own lie outside the environment: a server names the folders of its own release by REIN_PYTHON_PATH.
START = """import os, sys; sys.path.extend(filter(None, os.environ.get("REIN_PYTHON_PATH", {path!r}).split(os.pathsep)))
"""
# What stands in for a library lacks most symbols, which must not be looked for before they are called. Nowhere else:
# TensorFlow, loaded so, crashes.
LAZY = "import os, sys; sys.setdlopenflags(os.RTLD_LAZY)\n"


class Problem(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def has_gpu():
    told = os.environ.get("REIN_GPU", "").lower()
    if told not in ("", "yes", "no"):
        raise Problem(2, f"REIN_GPU={told} (expected: yes or no; unset, an NVIDIA driver is looked for)")
    return told == "yes" or told == "" and (
        pathlib.Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None
    )


def digest(folder, description, gpu):
    """Of everything the environment is made from; what is only linked to, or set when it is used, does not count."""
    made_from = {key: description.get(key) for key in ("python", "install", "patches", "start", "without_gpu")}
    if not made_from["without_gpu"]:
        gpu = False
    sha = hashlib.sha256(json.dumps([EDITION, made_from, gpu], sort_keys=True).encode())
    for step in description["install"]:
        sha.update((folder / step["requirements"]).read_bytes())
    return sha.hexdigest()


class Recipe:
    def __init__(self, folder, target, description, gpu):
        self.folder = folder
        self.target = target
        self.description = description
        self.spared = {} if gpu else description.get("without_gpu", {})
        self.title = "{name} {version}".format(**self.description)
        self.python = target / "bin" / "python3"

    def say(self, text):
        print(f"{self.title}: {text}", flush=True)

    def make(self):
        wanted = self.description["python"]
        found = "{}.{}".format(*sys.version_info[:2])
        if found != wanted:
            raise Problem(2, f"Python {found} (expected: Python {wanted}). Install it, or name it by REIN_PYTHON.")
        self.say("making its Python environment, once; this takes minutes")
        self.run([sys.executable, "-m", "venv", "--clear", str(self.target)], "python3 -m venv (is python3-venv there?)")
        for step in self.description["install"]:
            self.install(step)
        site = next(self.target.glob("lib/python*/site-packages"))
        for patch in self.description.get("patches", []):
            self.patch(site, patch)
        if self.spared:
            from hollow import library

            for name, symbols in self.spared["hollow"].items():
                (site / self.spared["folder"] / name).write_bytes(library(name, symbols))
        path = os.pathsep.join(str((self.folder / name).resolve()) for name in self.description.get("path", []))
        (site / "rein.pth").write_text(START.format(path=path) + (LAZY if self.spared else ""))
        for module in self.description.get("start", []):
            with (site / "rein.pth").open("a") as file:
                file.write(f"import {module}\n")
        for check in self.description.get("check", []):
            self.say(f"trying {check}")
            self.run([str(self.python), "-c", check], check)
        self.say("made")

    def install(self, step):
        file = self.lock(self.folder / step["requirements"])
        total = len(re.findall(r"^[A-Za-z0-9][^ ]*==", file.read_text(), re.M))
        command = [str(self.python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
        command += ["--progress-bar", "off", "--require-hashes", "--no-deps", *step.get("options", []), "-r", str(file)]
        fetched = set()

        def progress(line):
            match = re.match(r"(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9_.\-]+)", line)
            if match and match.group(1) not in fetched:
                fetched.add(match.group(1))
                if len(fetched) % 10 == 0 or len(fetched) == total:
                    self.say(f"{len(fetched)} of {total} packages found, at {match.group(1)}")
            if line.startswith("Installing collected packages"):
                self.say(f"installing {total} packages of {file.name}")

        self.run(command, f"pip install -r {file.name}", progress)

    def lock(self, file):
        """The requirements, less what only a GPU would need."""
        left_out = self.spared.get("leave_out", [])
        packages = re.split(r"^(?=[A-Za-z0-9])", file.read_text(), flags=re.M)
        kept = [package for package in packages if package.split("==")[0] not in left_out]
        if len(kept) == len(packages):
            return file
        self.say("without NVIDIA's libraries, whose driver is not here (REIN_GPU=yes would install them)")
        lock = self.target / file.name
        lock.write_text("".join(kept))
        return lock

    def patch(self, site, patch):
        file = site / patch["file"]
        text = file.read_text()
        if text.count(patch["old"]) != patch["times"]:
            raise Problem(3, f"{file}: holds {text.count(patch['old'])} of {patch['old']!r} (expected: {patch['times']})")
        file.write_text(text.replace(patch["old"], patch["new"]))

    def run(self, command, name, progress=lambda line: None):
        environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment
        )
        last = []
        for line in process.stdout:
            last = [*last[1 - LAST_LINES :], line.rstrip()]
            progress(line)
        if process.wait() != 0:
            raise Problem(
                3,
                f"{name} ended with exit code {process.returncode}. Its last lines:\n  "
                + "\n  ".join(last)
                + "\nThe first use of a runtime needs a network, or PIP_INDEX_URL or PIP_FIND_LINKS.",
            )


def end_with_stdin():
    """A recipe whose parent is gone has nobody to work for."""
    sys.stdin.read()
    os.killpg(0, signal.SIGKILL)


def main():
    if len(sys.argv) != 3:
        sys.exit("recipe.py: expected <runtime folder> <cache folder>")
    if "REIN_ENDS_WITH_STDIN" in os.environ:
        os.setpgid(0, 0)
        threading.Thread(target=end_with_stdin, daemon=True).start()
    folder = pathlib.Path(sys.argv[1]).resolve()
    try:
        description = json.loads((folder / "runtime.json").read_text())
        gpu = has_gpu()
        wanted = digest(folder, description, gpu)
        target = pathlib.Path(sys.argv[2]).resolve() / f"{folder.name}-{wanted[:12]}"
        marker = target / MARKER
        if not marker.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with open(target.parent / f"{target.name}.lock", "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)  # another recipe may be making it: then it is there afterwards
                if not marker.exists():
                    Recipe(folder, target, description, gpu).make()
                    marker.write_text(json.dumps({"digest": wanted, "base": sys.base_prefix}))
    except (Problem, OSError) as problem:
        print(f"{folder.name}: {problem}", flush=True)
        sys.exit(getattr(problem, "code", 2))
    print(f"environment={target}")
    print("base=" + json.loads(marker.read_text())["base"], flush=True)
    os._exit(0)  # without waiting for the thread that reads


if __name__ == "__main__":
    main()
