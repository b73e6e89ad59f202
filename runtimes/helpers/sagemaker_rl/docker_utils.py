"""Names of hosts."""

import socket
import time


def get_ip_from_host(host_name, patience=100):
    """The address of a host of this job. Its name may take a while to be known: up to patience seconds."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return socket.gethostbyname(host_name)
        except socket.gaierror:
            if time.monotonic() > deadline:
                raise RuntimeError(f"host {host_name}: its name is not known after {patience} s") from None
            time.sleep(1)
