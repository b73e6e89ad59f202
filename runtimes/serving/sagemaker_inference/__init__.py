"""The names of Amazon's `sagemaker-inference` 1.10 that users' handlers import, with its behaviour; written anew so
that a runtime needs nothing but numpy. Where it differs is said at the place: mistakes of the caller are answered by 4xx.
"""
