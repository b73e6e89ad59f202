package dev.rein.server.logs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// One stream's events on disk, as readers see them.
///
/// `events` holds records, each a header of 24 bytes and the message's bytes as the host printed them:
/// ```
/// int  length of the message; the top bit is set when the message is only a part of its line
/// int  CRC-32C of everything after it
/// long timestamp, milliseconds, never below the record's before
/// long offset in the host's output behind the message and its line end
/// ```
/// `index` holds a pair of longs, timestamp and position, for the first record and then at least every
/// [#INDEX_EVERY] bytes. A record that fails its check ends the stream: it is being written, or a crash tore it.
///
/// @param folder the stream's folder
record EventFile(Path folder) {
    static final int HEADER = 24;
    static final int PARTIAL = 1 << 31;
    static final int INDEX_EVERY = 64 << 10;
    private static final int INDEX_ENTRY = 16;

    /// @param position where the record begins
    /// @param end      where the next one begins
    /// @param source   the offset in the host's output behind it
    record Stored(long position, long end, long timestamp, long source, boolean partial, String message) {}

    Path events() {
        return folder.resolve("events");
    }

    Path index() {
        return folder.resolve("index");
    }

    long size() {
        try {
            return Files.size(events());
        } catch (IOException absent) {
            return 0;
        }
    }

    /// Reads records forward from a position where one begins.
    final class Cursor {
        private ByteBuffer buffer = ByteBuffer.allocate(64 << 10).limit(0);
        private long position;
        private final CRC32C crc = new CRC32C();

        Cursor(long position) {
            this.position = position;
        }

        long position() {
            return position;
        }

        /// The next record, or nothing at the end, which may move while a host runs.
        Optional<Stored> next() {
            if (!hold(HEADER)) {
                return Optional.empty();
            }
            int at = buffer.position();
            int word = buffer.getInt(at);
            int length = word & ~PARTIAL;
            if (length > LineSplitter.LONGEST || !hold(HEADER + length)) {
                return Optional.empty();
            }
            at = buffer.position();
            crc.reset();
            crc.update(buffer.array(), at + 8, 16 + length);
            if ((int) crc.getValue() != buffer.getInt(at + 4)) {
                buffer.limit(at); // read anew next time: it may be half written now
                return Optional.empty();
            }
            var stored = new Stored(
                    position,
                    position + HEADER + length,
                    buffer.getLong(at + 8),
                    buffer.getLong(at + 16),
                    (word & PARTIAL) != 0,
                    new String(buffer.array(), at + HEADER, length, StandardCharsets.UTF_8));
            buffer.position(at + HEADER + length);
            position = stored.end();
            return Optional.of(stored);
        }

        private boolean hold(int bytes) {
            if (buffer.remaining() >= bytes) {
                return true;
            }
            var larger = buffer.capacity() >= bytes ? buffer : ByteBuffer.allocate(bytes);
            try (var channel = FileChannel.open(events())) {
                // the file is opened for each piece, so that thousands of cursors hold no descriptors
                larger.clear();
                channel.read(larger, position);
                buffer = larger.flip();
                return buffer.remaining() >= bytes;
            } catch (java.nio.file.NoSuchFileException absent) {
                buffer = larger.limit(0);
                return false;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// Where the first record at or after a time begins, or the end.
    long positionOf(long timestamp) {
        long before = floor(timestamp, true);
        var cursor = new Cursor(before);
        for (var stored = cursor.next(); stored.isPresent(); stored = cursor.next()) {
            if (stored.get().timestamp() >= timestamp) {
                return stored.get().position();
            }
        }
        return cursor.position();
    }

    /// The last indexed position strictly before another, or 0.
    long indexedBefore(long position) {
        return floor(position, false);
    }

    /// The last record, or nothing.
    Optional<Stored> last() {
        Stored last = null;
        for (long from = indexedBefore(Long.MAX_VALUE); last == null; from = indexedBefore(from)) {
            var cursor = new Cursor(from);
            for (var stored = cursor.next(); stored.isPresent(); stored = cursor.next()) {
                last = stored.get();
            }
            if (from == 0) {
                break;
            }
        }
        return Optional.ofNullable(last);
    }

    Optional<Stored> first() {
        return new Cursor(0).next();
    }

    /// Binary search over the index for the last entry below a timestamp or a position.
    private long floor(long value, boolean byTime) {
        try (var channel = FileChannel.open(index(), StandardOpenOption.READ)) {
            long size = size();
            long low = 0;
            long high = channel.size() / INDEX_ENTRY;
            long found = 0;
            var entry = ByteBuffer.allocate(INDEX_ENTRY);
            while (low < high) {
                long middle = (low + high) >>> 1;
                entry.clear();
                channel.read(entry, middle * INDEX_ENTRY);
                long position = entry.getLong(8);
                if (position < size && (byTime ? entry.getLong(0) : position) < value) {
                    found = position;
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return found;
        } catch (java.nio.file.NoSuchFileException absent) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Appends records; one writer at a time. What a crash tore off the end is cut away first.
    static final class Writer implements AutoCloseable {
        private final FileChannel events;
        private final FileChannel index;
        private ByteBuffer batch = ByteBuffer.allocate(128 << 10);
        private final ByteBuffer entries = ByteBuffer.allocate(64 << 10);
        private final CRC32C crc = new CRC32C();
        private long written;
        private long indexed = -INDEX_EVERY;
        private long timestamp;
        private long source;
        private boolean partial;

        Writer(EventFile file) throws IOException {
            Files.createDirectories(file.folder());
            events = FileChannel.open(file.events(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            index = FileChannel.open(
                    file.index(), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
            @Nullable Stored last = file.last().orElse(null);
            if (last != null) {
                written = last.end();
                timestamp = last.timestamp();
                source = last.source();
                partial = last.partial();
            }
            events.truncate(written);
            long keep = index.size() / INDEX_ENTRY;
            var entry = ByteBuffer.allocate(INDEX_ENTRY);
            for (; keep > 0; keep--) {
                entry.clear();
                index.read(entry, (keep - 1) * INDEX_ENTRY);
                if (entry.getLong(8) < written) {
                    indexed = entry.getLong(8);
                    break;
                }
            }
            index.truncate(keep * INDEX_ENTRY);
        }

        /// Up to where the host's output is stored.
        long source() {
            return source;
        }

        /// Whether the last record is a line without its end.
        boolean partial() {
            return partial;
        }

        /// Adds a record to the batch.
        ///
        /// @param now milliseconds; raised to the last record's if the clock was set back
        /// @return the record's timestamp
        long add(byte[] bytes, int from, int to, long now, long sourceEnd, boolean isPartial) {
            int length = to - from;
            if (batch.remaining() < HEADER + length) {
                var larger = ByteBuffer.allocate(Math.max(batch.capacity() * 2, batch.position() + HEADER + length));
                batch = larger.put(batch.flip());
            }
            timestamp = Math.max(timestamp, now);
            int at = batch.position();
            if (written + at - indexed >= INDEX_EVERY && entries.remaining() >= INDEX_ENTRY) {
                indexed = written + at;
                entries.putLong(timestamp).putLong(indexed);
            }
            batch.putInt(isPartial ? length | PARTIAL : length).putInt(0);
            batch.putLong(timestamp).putLong(sourceEnd).put(bytes, from, length);
            crc.reset();
            crc.update(batch.array(), at + 8, 16 + length);
            batch.putInt(at + 4, (int) crc.getValue());
            source = sourceEnd;
            partial = isPartial;
            return timestamp;
        }

        /// Writes the batch, whole or not at all; after a failure it may be called again.
        void flush() throws IOException {
            write(events, batch, written);
            written += batch.position();
            batch.clear();
            write(index, entries, index.size() / INDEX_ENTRY * INDEX_ENTRY);
            entries.clear();
        }

        private static void write(FileChannel channel, ByteBuffer filled, long at) throws IOException {
            var content = filled.duplicate().flip();
            for (long position = at; content.hasRemaining(); ) {
                position += channel.write(content, position);
            }
        }

        @Override
        public void close() throws IOException {
            try (events;
                    index) {
                events.force(false);
            }
        }
    }
}
