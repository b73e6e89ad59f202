package dev.rein.sdk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Numbers in any number of dimensions, row-major, as NumPy writes them to `.npy` (format version 1.0 to 3.0).
///
/// Of what NumPy stores, booleans, integers up to 64 bits and real numbers are read, in either byte order; 32-bit
/// real numbers are written.
public final class NumericArray {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;
    private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([<>|=])([biuf])(\\d)'");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d,\\s]*)\\)");
    private static final Pattern COLUMNS_FIRST = Pattern.compile("'fortran_order'\\s*:\\s*True");

    private final int[] shape;
    private final double[] values;

    private NumericArray(int[] shape, double[] values) {
        this.shape = shape;
        this.values = values;
    }

    /// @param values row-major, copied
    /// @param shape  whose product is the number of values; none for a single number
    public static NumericArray of(double[] values, int... shape) {
        long size = size(shape);
        if (size != values.length) {
            throw new IllegalArgumentException(
                    "shape: %s holds %d values (expected: %d)".formatted(Arrays.toString(shape), size, values.length));
        }
        return new NumericArray(shape.clone(), values.clone());
    }

    /// One row an observation.
    public static NumericArray of(float[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        double[] values = new double[rows.length * columns];
        for (int row = 0; row < rows.length; row++) {
            if (rows[row].length != columns) {
                throw new IllegalArgumentException("rows: row %d has %d numbers (expected: %d, as the first has)"
                        .formatted(row, rows[row].length, columns));
            }
            for (int column = 0; column < columns; column++) {
                values[row * columns + column] = rows[row][column];
            }
        }
        return new NumericArray(new int[] {rows.length, columns}, values);
    }

    public int[] shape() {
        return shape.clone();
    }

    /// Row-major.
    public double[] values() {
        return values.clone();
    }

    private static long size(int[] shape) {
        long size = 1;
        for (int dimension : shape) {
            if (dimension < 0) {
                throw new IllegalArgumentException(
                        "shape: %s (expected: no negative)".formatted(Arrays.toString(shape)));
            }
            size = Math.multiplyExact(size, dimension);
        }
        return size;
    }

    byte[] toNpy() {
        String dimensions = Arrays.stream(shape).mapToObj(Integer::toString).collect(Collectors.joining(", "));
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s%s), }"
                .formatted(dimensions, shape.length == 1 ? "," : "");
        int before = MAGIC.length + 4;
        int padding = ALIGNMENT - (before + header.length() + 1) % ALIGNMENT;
        header = header + " ".repeat(padding % ALIGNMENT) + "\n";
        var npy = ByteBuffer.allocate(before + header.length() + Float.BYTES * values.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        npy.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) header.length());
        npy.put(header.getBytes(StandardCharsets.US_ASCII));
        for (double value : values) {
            npy.putFloat((float) value);
        }
        return npy.array();
    }

    /// @throws IllegalArgumentException if the bytes are no array of numbers
    static NumericArray ofNpy(byte[] npy) {
        if (npy.length < MAGIC.length + 6 || !Arrays.equals(npy, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new IllegalArgumentException(
                    "these %d bytes are no .npy: they do not start with its mark".formatted(npy.length));
        }
        var bytes = ByteBuffer.wrap(npy).order(ByteOrder.LITTLE_ENDIAN).position(MAGIC.length);
        int version = bytes.get();
        bytes.get();
        int length = version == 1 ? Short.toUnsignedInt(bytes.getShort()) : bytes.getInt();
        if (length < 0 || length > bytes.remaining()) {
            throw new IllegalArgumentException("this .npy is cut off in its header");
        }
        byte[] text = new byte[length];
        bytes.get(text);
        String header = new String(text, StandardCharsets.UTF_8);
        Matcher type = TYPE.matcher(header);
        Matcher dimensions = SHAPE.matcher(header);
        if (!type.find() || !dimensions.find() || COLUMNS_FIRST.matcher(header).find()) {
            throw new IllegalArgumentException(
                    "this .npy is %s (expected: numbers, in C order)".formatted(header.strip()));
        }
        int[] shape = Arrays.stream(dimensions.group(1).split(",", -1))
                .map(String::strip)
                .filter(number -> !number.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
        int width = Integer.parseInt(type.group(3));
        long size = size(shape);
        if (size * width != bytes.remaining()) {
            throw new IllegalArgumentException("this .npy of shape %s has %d bytes of numbers (expected: %d)"
                    .formatted(Arrays.toString(shape), bytes.remaining(), size * width));
        }
        bytes.order(type.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        double[] values = new double[(int) size];
        for (int i = 0; i < values.length; i++) {
            values[i] = number(bytes, type.group(2) + width);
        }
        return new NumericArray(shape, values);
    }

    private static double number(ByteBuffer bytes, String type) {
        return switch (type) {
            case "b1", "i1" -> bytes.get();
            case "u1" -> Byte.toUnsignedInt(bytes.get());
            case "i2" -> bytes.getShort();
            case "u2" -> Short.toUnsignedInt(bytes.getShort());
            case "i4" -> bytes.getInt();
            case "u4" -> Integer.toUnsignedLong(bytes.getInt());
            case "i8" -> bytes.getLong();
            case "f2" -> Float.float16ToFloat(bytes.getShort());
            case "f4" -> bytes.getFloat();
            case "f8" -> bytes.getDouble();
            default ->
                throw new IllegalArgumentException(
                        "this .npy holds %s (expected: b1, i1 … i8, u1 … u4, f2 … f8)".formatted(type));
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NumericArray array
                && Arrays.equals(shape, array.shape)
                && Arrays.equals(values, array.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(shape) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "NumericArray" + Arrays.toString(shape) + Arrays.toString(values);
    }
}
