"""Makes a runtime's Python environment: recipe.py <runtime folder> <cache folder>.

Prints progress for people, then `environment=<folder>` and `base=<folder of its Python>`; an environment that is
there already is only named. The same recipe makes an environment on this machine and, run by a Dockerfile, one in an image. What it installs is
pinned with hashes in the runtime's folder. It needs nothing but Python's own
library, and a network (or what PIP_INDEX_URL and PIP_FIND_LINKS name) the first time only.

Exit codes: 0 made, 2 the machine lacks something, 3 a package could not be installed.
"""

import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading

MARKER = "rein-runtime.json"
LAST_LINES = 12


class Problem(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def digest(folder):
    """Of everything the environment is made from."""
    sha = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            sha.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes() + b"\0")
    sha.update(pathlib.Path(__file__).read_bytes())
    return sha.hexdigest()


class Recipe:
    def __init__(self, folder, target):
        self.folder = folder
        self.target = target
        self.description = json.loads((folder / "runtime.json").read_text())
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
        shims = [self.folder / name for name in self.description.get("path", [])]
        (site / "rein.pth").write_text("".join(f"{path.resolve()}\n" for path in shims))
        for module in self.description.get("start", []):
            with (site / "rein.pth").open("a") as file:
                file.write(f"import {module}\n")
        for check in self.description.get("check", []):
            self.say(f"trying {check}")
            self.run([str(self.python), "-c", check], check)
        self.say("made")

    def install(self, step):
        file = self.folder / step["requirements"]
        total = len(re.findall(r"^[A-Za-z0-9][^ ]*==", file.read_text(), re.M))
        command = [str(self.python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
        command += ["--progress-bar", "off", "--require-hashes", *step.get("options", []), "-r", str(file)]
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
    wanted = digest(folder)
    target = pathlib.Path(sys.argv[2]).resolve() / f"{folder.name}-{wanted[:12]}"
    marker = target / MARKER
    if not marker.exists():
        try:
            Recipe(folder, target).make()
        except (Problem, OSError) as problem:
            print(f"{folder.name}: {problem}", flush=True)
            sys.exit(getattr(problem, "code", 2))
        marker.write_text(json.dumps({"digest": wanted, "base": sys.base_prefix}))
    print(f"environment={target}")
    print("base=" + json.loads(marker.read_text())["base"], flush=True)
    os._exit(0)  # without waiting for the thread that reads


if __name__ == "__main__":
    main()
