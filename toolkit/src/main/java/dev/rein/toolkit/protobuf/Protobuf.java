package dev.rein.toolkit.protobuf;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/// One protobuf message being written, field by field.
public final class Protobuf {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int DELIMITED = 2;
    private static final int FIXED_32 = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /// An integer, as a varint.
    public Protobuf number(int field, long value) {
        varint(((long) field << 3) | VARINT);
        varint(value);
        return this;
    }

    /// A `float`.
    public Protobuf real(int field, float value) {
        varint(((long) field << 3) | FIXED_32);
        fixed(Float.floatToRawIntBits(value), Float.BYTES);
        return this;
    }

    /// A `double`.
    public Protobuf real(int field, double value) {
        varint(((long) field << 3) | FIXED_64);
        fixed(Double.doubleToRawLongBits(value), Double.BYTES);
        return this;
    }

    private void fixed(long bits, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (bits >>> (8 * i)) & 0xFF);
        }
    }

    /// A `string`.
    public Protobuf text(int field, String value) {
        return bytes(field, value.getBytes(UTF_8));
    }

    /// A message within this one.
    public Protobuf message(int field, Protobuf message) {
        return bytes(field, message.bytes());
    }

    /// `bytes`.
    public Protobuf bytes(int field, byte[] value) {
        varint(((long) field << 3) | DELIMITED);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    /// What was written so far.
    public byte[] bytes() {
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
