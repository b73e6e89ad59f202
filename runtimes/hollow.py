"""Stands in for shared libraries that a program links against but never calls.

PyPI's PyTorch for Linux is built for NVIDIA's libraries, and half of it for their cards: gigabytes that a machine
without such a card loads and never enters. The loader is content with files of the right names, as long as functions
are bound when first called (`RTLD_LAZY`, see `recipe.py`). What a program takes the address of is bound earlier, and
has to be in the file.
"""

import struct

HEADER, SEGMENT, SYMBOL, OBJECT = 64, 56, 24, 16
END, HASH, STRINGS, SYMBOLS, RELOCATIONS, RELOCATIONS_SIZE, RELOCATION_SIZE = 0, 4, 5, 6, 7, 8, 9
STRINGS_SIZE, SYMBOL_SIZE, NAME = 10, 11, 14
VERSION_OF_SYMBOL, VERSIONS, VERSIONS_COUNT = 0x6FFFFFF0, 0x6FFFFFFC, 0x6FFFFFFD
OBJECTS = -1  # of no table
LOAD, DYNAMIC, STACK, READ_WRITE = 1, 2, 0x6474E551, 6
GLOBAL_FUNCTION, BASE, RELATIVE = 0x12, 1, 8


def library(name, symbols=()):
    """The bytes of an x86-64 ELF shared library.

    name is the one it is known by; symbols, each `symbol@VERSION`, all of one version, are what it has: names that lead
    to two words each, the second pointing to the name. So is a C++ type described (`std::type_info`), and programs look
    at that before they use the type.
    """
    strings = _Strings()
    soname = strings.at(name)
    names = [strings.at(symbol.partition("@")[0]) for symbol in symbols]
    version = symbols[0].partition("@")[2] if symbols else name
    count = len(symbols) + 1
    chain = [*range(2, count), 0] if symbols else []  # one bucket: each symbol leads to the next
    hashes = struct.pack(f"<{count + 3}I", 1, count, 1 if symbols else 0, 0, *chain)
    indexes = struct.pack(f"<{count}H", 0, *[2] * len(symbols))
    versions = b"".join(
        struct.pack("<HHHHIIIII", 1, flags, index, 1, _hash(text), 20, after, strings.at(text), 0)
        for flags, index, text, after in ((BASE, 1, name, 28), (0, 2, version, 0))
    )
    start = HEADER + 3 * SEGMENT
    objects = range(start + _padded(len(strings.bytes)), 1 << 32, OBJECT)
    table = bytes(SYMBOL) + b"".join(
        struct.pack("<IBBHQQ", at, GLOBAL_FUNCTION, 0, 1, place, OBJECT) for at, place in zip(names, objects)
    )
    pointers = b"".join(struct.pack("<QQQ", place + 8, RELATIVE, start + at) for at, place in zip(names, objects))
    parts = {STRINGS: strings.bytes, OBJECTS: bytes(OBJECT * len(symbols)), SYMBOLS: table, HASH: hashes}
    parts |= {VERSION_OF_SYMBOL: indexes, VERSIONS: versions, RELOCATIONS: pointers}
    places, body = {}, b""
    for kind, part in parts.items():
        places[kind] = start + len(body)
        body += part + bytes(_padded(len(part)) - len(part))
    del places[OBJECTS]
    dynamic_at = start + len(body)
    facts = [*places.items(), (STRINGS_SIZE, len(strings.bytes)), (SYMBOL_SIZE, SYMBOL), (NAME, soname)]
    facts += [(RELOCATIONS_SIZE, len(pointers)), (RELOCATION_SIZE, 24), (VERSIONS_COUNT, 2), (END, 0)]
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


def _padded(size):
    return (size + 7) // 8 * 8


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
