"""Stands in for shared libraries that a program links against but never calls.

PyPI's PyTorch for Linux is built for NVIDIA's libraries: gigabytes that a machine without such a card loads and never
enters. The loader is content with files of the right names, as long as functions are bound when first called
(`RTLD_LAZY`, see `recipe.py`) and the libraries whose data is used are the real ones.
"""

import struct

HEADER, SEGMENT, WORD = 64, 56, 8
NEEDS_NOTHING, HASH, STRINGS, SYMBOLS, STRINGS_SIZE, SYMBOL_SIZE, NAME = 0, 4, 5, 6, 10, 11, 14
LOAD, DYNAMIC, STACK = 1, 2, 0x6474E551
READ_WRITE = 6


def library(name):
    """The bytes of an x86-64 ELF shared library of this name with nothing in it."""
    strings = b"\0" + name.encode() + b"\0"
    symbols_at = HEADER + 3 * SEGMENT
    hash_at = symbols_at + 24
    dynamic_at = hash_at + 16
    entries = 7
    strings_at = dynamic_at + entries * 2 * WORD
    size = strings_at + len(strings)
    dynamic = [
        (HASH, hash_at),
        (STRINGS, strings_at),
        (SYMBOLS, symbols_at),
        (STRINGS_SIZE, len(strings)),
        (SYMBOL_SIZE, 24),
        (NAME, 1),
        (NEEDS_NOTHING, 0),
    ]
    ident = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    header = ident + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, HEADER, 0, 0, HEADER, SEGMENT, 3, 64, 0, 0)
    segments = (
        struct.pack("<IIQQQQQQ", LOAD, READ_WRITE, 0, 0, 0, size, size, 0x1000)
        + struct.pack("<IIQQQQQQ", DYNAMIC, READ_WRITE, dynamic_at, dynamic_at, dynamic_at, *[entries * 16] * 2, WORD)
        + struct.pack("<IIQQQQQQ", STACK, READ_WRITE, 0, 0, 0, 0, 0, 16)
    )
    table = struct.pack("<IIII", 1, 1, 0, 0)  # one bucket, one symbol: the null symbol
    return header + segments + bytes(24) + table + b"".join(struct.pack("<QQ", *e) for e in dynamic) + strings
