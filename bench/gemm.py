"""torch's side of gemm.sh: gemm.py <m> <n> <k> prints gflops=..., the best of ten rounds after as many to warm up."""

import sys
import time

import torch

torch.set_num_threads(1)
m, n, k = map(int, sys.argv[1:])
a, b, c = torch.randn(m, k), torch.randn(k, n), torch.zeros(m, n)
flops = 2 * m * n * k
times = max(1, int(1.5e10 / flops))
best = 0.0
for round in range(20):
    began = time.perf_counter()
    for _ in range(times):
        torch.addmm(c, a, b, out=c)
    rate = times * flops / (time.perf_counter() - began) / 1e9
    best = max(best, rate) if round >= 10 else 0.0
print(f"gflops={best:.1f}")
