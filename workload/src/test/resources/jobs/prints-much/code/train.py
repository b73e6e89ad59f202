import sys

for i in range(200000):
    print("step=%d some more text to make the line longer" % i)
    print("noise %d" % i, file=sys.stderr)
