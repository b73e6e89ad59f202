def learn():
    raise ValueError("rewards: 3 values (expected: 4)")
