package dev.rein.toolkit.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/// One protobuf message being written: varints and length-delimited fields are all that ONNX needs.
final class Protobuf {
    private static final int VARINT = 0;
    private static final int DELIMITED = 2;
    private static final int FIXED_32 = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Protobuf number(int field, long value) {
        varint(((long) field << 3) | VARINT);
        varint(value);
        return this;
    }

    Protobuf real(int field, float value) {
        varint(((long) field << 3) | FIXED_32);
        int bits = Float.floatToRawIntBits(value);
        for (int shift = 0; shift < 32; shift += 8) {
            out.write((bits >>> shift) & 0xFF);
        }
        return this;
    }

    Protobuf text(int field, String value) {
        return bytes(field, value.getBytes(UTF_8));
    }

    Protobuf message(int field, Protobuf message) {
        return bytes(field, message.bytes());
    }

    Protobuf bytes(int field, byte[] value) {
        varint(((long) field << 3) | DELIMITED);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
