package dev.rein.toolkit.report;

import dev.rein.toolkit.protobuf.Protobuf;
import dev.rein.toolkit.training.Progress;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/// Writes scalars as TensorBoard reads them (`tensorboard --logdir FOLDER`): every session a file of its own in the
/// folder, records framed as TensorFlow's record files are.
public final class TensorBoardEvents implements Consumer<Progress>, Closeable {
    private static final int MASK = 0xA282EAD8;

    private final OutputStream out;
    private final InstantSource clock;

    public TensorBoardEvents(Path folder, InstantSource clock) throws IOException {
        this.clock = clock;
        Files.createDirectories(folder);
        String name = "events.out.tfevents.%010d.rein.%d"
                .formatted(clock.millis() / 1000, ProcessHandle.current().pid());
        out = new BufferedOutputStream(Files.newOutputStream(folder.resolve(name)));
        write(event().text(3, "brain.Event:2"));
    }

    private Protobuf event() {
        return new Protobuf().real(1, clock.millis() / 1000.0);
    }

    /// @throws UncheckedIOException if the disk says no
    @Override
    public void accept(Progress progress) {
        var summary = new Protobuf();
        progress.numbers().forEach((name, value) -> {
            if (Double.isFinite(value) && !name.equals("step")) {
                summary.message(1, new Protobuf().text(1, name).real(2, value.floatValue()));
            }
        });
        try {
            write(event().number(2, progress.steps()).message(5, summary));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(Protobuf event) throws IOException {
        byte[] data = event.bytes();
        ByteBuffer head = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putLong(data.length);
        head.putInt(masked(head.array(), 8));
        out.write(head.array());
        out.write(data);
        out.write(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(masked(data, data.length))
                .array());
        out.flush();
    }

    private static int masked(byte[] bytes, int length) {
        var crc = new CRC32C();
        crc.update(bytes, 0, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
