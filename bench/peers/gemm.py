"""torch's GFLOP/s of float32 products: gemm.py <m> <n> <k>, the best of ten rounds after as many to warm up."""

import sys

import torch
from rate import best, show

torch.set_num_threads(1)
m, n, k = map(int, sys.argv[1:])
a, b, c = torch.randn(m, k), torch.randn(k, n), torch.zeros(m, n)
gflop = 2e-9 * m * n * k
times = max(1, int(15 / gflop))


def products():
    for _ in range(times):
        torch.addmm(c, a, b, out=c)
    return times * gflop


best(products, 10)
show(best(products, 10))
