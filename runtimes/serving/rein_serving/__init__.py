"""Serves models in the runtimes' Python environments. Start with `front`; workers run `worker`."""
