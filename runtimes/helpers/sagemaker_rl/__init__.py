"""Helper modules under the names that the examples of SageMaker RL use, for the toolkits of Rein's runtimes.

`ray_launcher` and `coach_launcher` are what a script subclasses; the rest is what they are made of. Written anew: the
names and what they promise are the examples', the code is not.
"""
