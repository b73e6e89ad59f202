import atexit
import sys

import remarks

atexit.register(print, "W0000 00:00:1764320054.647000    1234 env.cc:9] leaked", file=sys.stderr)
atexit.register(print, "WARNING: shutting down", file=sys.stderr)
raise ValueError("no reward of that name: WARNING")
