"""Stands in for shared libraries that a program links against but never calls.

PyPI's PyTorch for Linux is built for NVIDIA's libraries: gigabytes that a machine without such a card loads and never
enters. The loader is content with files of the right names, as long as functions are bound when first called
(`RTLD_LAZY`, see `recipe.py`). What a program takes the address of is bound earlier, and has to be in the file.
"""

import struct

HEADER, SEGMENT, SYMBOL, ENTRY = 64, 56, 24, 16
END, HASH, STRINGS, SYMBOLS, STRINGS_SIZE, SYMBOL_SIZE, NAME = 0, 4, 5, 6, 10, 11, 14
VERSION_OF_SYMBOL, VERSIONS, VERSIONS_COUNT = 0x6FFFFFF0, 0x6FFFFFFC, 0x6FFFFFFD
LOAD, DYNAMIC, STACK, READ_WRITE = 1, 2, 0x6474E551, 6
GLOBAL_FUNCTION, BASE = 0x12, 1


def library(name, symbols=()):
    """The bytes of an x86-64 ELF shared library.

    name is the one it is known by; symbols, each `symbol@VERSION`, all of one version, are what it has: names that lead
    nowhere.
    """
    strings = _Strings()
    soname = strings.at(name)
    version = symbols[0].partition("@")[2] if symbols else name
    table = bytes(SYMBOL) + b"".join(
        struct.pack("<IBBHQQ", strings.at(symbol.partition("@")[0]), GLOBAL_FUNCTION, 0, 1, HEADER, 0)
        for symbol in symbols
    )
    count = len(symbols) + 1
    chain = [*range(2, count), 0] if symbols else []  # one bucket: each symbol leads to the next
    hashes = struct.pack(f"<{count + 3}I", 1, count, 1 if symbols else 0, 0, *chain)
    indexes = struct.pack(f"<{count}H", 0, *[2] * len(symbols))
    versions = b"".join(
        struct.pack("<HHHHIIIII", 1, flags, index, 1, _hash(text), 20, after, strings.at(text), 0)
        for flags, index, text, after in ((BASE, 1, name, 28), (0, 2, version, 0))
    )
    parts = {SYMBOLS: table, HASH: hashes, VERSION_OF_SYMBOL: indexes, VERSIONS: versions, STRINGS: strings.bytes}
    places, body, at = {}, b"", HEADER + 3 * SEGMENT
    for kind, part in parts.items():
        places[kind] = at + len(body)
        body += part + bytes(-len(part) % 8)
    dynamic_at = at + len(body)
    facts = [*places.items(), (STRINGS_SIZE, len(strings.bytes)), (SYMBOL_SIZE, SYMBOL), (NAME, soname)]
    facts += [(VERSIONS_COUNT, 2), (END, 0)]
    dynamic = b"".join(struct.pack("<QQ", *fact) for fact in facts)
    size = dynamic_at + len(dynamic)
    ident = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    header = ident + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, HEADER, 0, 0, HEADER, SEGMENT, 3, 64, 0, 0)
    segments = (
        struct.pack("<IIQQQQQQ", LOAD, READ_WRITE, 0, 0, 0, size, size, 0x1000)
        + struct.pack("<IIQQQQQQ", DYNAMIC, READ_WRITE, *[dynamic_at] * 3, *[len(dynamic)] * 2, 8)
        + struct.pack("<IIQQQQQQ", STACK, READ_WRITE, 0, 0, 0, 0, 0, 16)
    )
    return header + segments + body + dynamic


class _Strings:
    def __init__(self):
        self.bytes = b"\0"

    def at(self, text):
        place = len(self.bytes)
        self.bytes += text.encode() + b"\0"
        return place


def _hash(text):
    """The hash of ELF's own tables."""
    value = 0
    for byte in text.encode():
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ high >> 24) & ~high & 0xFFFFFFFF
    return value
