import os, signal
import sys

import remarks

print("episode 12", file=sys.stderr)
os.kill(os.getpid(), signal.SIGKILL)
