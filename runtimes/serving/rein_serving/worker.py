"""A process with a model: `worker <job> <descriptor>`. Loads it, says so, then answers one request after another.

Requests are (method, path, headers by lower-case name, body); answers (status, headers, body). Ends when its front
does.
"""

import importlib
import multiprocessing.connection
import signal
import sys
import traceback

from rein_serving.settings import Refusal, Settings

JOBS = {
    "tensorflow": "rein_serving.tensorflow_models",
    "tensorflow-handlers": "rein_serving.tensorflow_handlers",
    "handlers": "rein_serving.handlers",
}


def main():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the front decides, and closes the connection
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = multiprocessing.connection.Connection(int(sys.argv[2]))
    settings = Settings.of_environment()
    try:
        answer = importlib.import_module(JOBS[sys.argv[1]]).load(settings)
    except Refusal as refusal:
        connection.send(str(refusal))
        return
    except BaseException as problem:  # a SystemExit of the user's code too
        traceback.print_exc()
        text = "".join(traceback.format_exception_only(problem)).strip()
        connection.send(f"the model cannot be loaded: {text}")
        return
    connection.send(None)
    while True:
        try:
            request = connection.recv()
        except (EOFError, OSError):
            return
        connection.send(answer(*request))


if __name__ == "__main__":
    main()
