package dev.rein.server.backend.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Frame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Copies what a container printed into the host's log, from where the log stands. The daemon keeps all of it and
/// tells it from the beginning each time, so a copy that was cut goes on without gap or repetition.
final class LogPump {
    private static final Logger log = LoggerFactory.getLogger(LogPump.class);
    private static final long PAUSE_MILLIS = 1_000;

    private final Engine engine;
    private final String container;
    private final Path file;
    private final long note;
    private final long limit;

    /// @param note how many bytes at the log's beginning are ours, not the container's
    /// @param limit how many of the container's are kept; what comes beyond is dropped, and the log says so
    LogPump(Engine engine, String container, Path file, long note, long limit) {
        this.engine = engine;
        this.container = container;
        this.file = file;
        this.note = note;
        this.limit = limit;
    }

    /// Copies all there is.
    ///
    /// @param follow goes on until the container has ended
    /// @throws RuntimeException if the daemon does not answer, or breaks off
    void copy(boolean follow) throws IOException, InterruptedException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
                var copy = new Copy(channel, channel.size() - note, limit)) {
            engine.client()
                    .logContainerCmd(container)
                    .withStdOut(true)
                    .withStdErr(true)
                    .withTailAll()
                    .withFollowStream(follow)
                    .exec(copy)
                    .awaitCompletion();
        }
    }

    private static final class Copy extends ResultCallback.Adapter<Frame> {
        private final FileChannel channel;
        private final long limit;
        private long skip;
        private long room;
        private boolean full;

        /// @param there how many bytes the log holds; more than the limit once it says that it is full
        Copy(FileChannel channel, long there, long limit) {
            this.channel = channel;
            this.limit = limit;
            this.skip = Math.min(there, limit);
            this.room = limit - skip;
            this.full = there > limit;
        }

        @Override
        public void onNext(Frame frame) {
            byte[] bytes = frame.getPayload();
            int from = (int) Math.min(skip, bytes.length);
            skip -= from;
            int kept = (int) Math.min(room, bytes.length - from);
            room -= kept;
            write(ByteBuffer.wrap(bytes, from, kept));
            if (!full && bytes.length - from > kept) {
                full = true;
                write(ByteBuffer.wrap(
                        "\nRein: %d bytes is the most the log of a host keeps (rein up --log-limit). The rest was dropped.\n"
                                .formatted(limit)
                                .getBytes(StandardCharsets.UTF_8)));
            }
        }

        private void write(ByteBuffer rest) {
            while (rest.hasRemaining()) {
                writeSome(rest);
            }
        }

        /// A full disk is waited out: the daemon holds what is missing here.
        private void writeSome(ByteBuffer rest) {
            try {
                channel.write(rest);
            } catch (java.nio.channels.ClosedChannelException closed) {
                throw new UncheckedIOException(closed);
            } catch (IOException e) {
                log.warn("A host's log cannot be written now: {}", e.toString());
                try {
                    Thread.sleep(PAUSE_MILLIS);
                } catch (InterruptedException closing) {
                    Thread.currentThread().interrupt();
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
