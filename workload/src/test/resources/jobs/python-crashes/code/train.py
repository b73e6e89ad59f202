import os, signal

import remarks

os.kill(os.getpid(), signal.SIGSEGV)
