import time

print(f"now={time.time_ns() // 1_000_000}")
