package dev.rein.server.logs;

import java.util.Arrays;

/// Cuts a host's output into events, before any decoding: a line ends at `\n` or `\r\n`.
///
/// - A line without its end becomes an event after a second of silence, at [#LONGEST] bytes, and when the host has
///   ended; what follows of it is another event. UTF-8 characters are not cut apart.
/// - Text followed by a lone `\r` is a state of a progress bar that the next one replaces: of such states one a
///   second is kept, and always the last.
///
/// Not safe for several threads.
final class LineSplitter {
    /// CloudWatch's limit for one event, in bytes.
    static final int LONGEST = 256 << 10;

    private static final long SILENCE_MILLIS = 1_000;

    /// Takes an event; the bytes are valid only during the call.
    interface Sink {
        /// @param sourceEnd the offset in the output behind the event
        /// @param partial   whether its line goes on
        void event(byte[] bytes, int from, int to, long sourceEnd, boolean partial);
    }

    private final byte[] held = new byte[LONGEST];
    private int length;
    private byte[] state = new byte[0];
    private boolean carriageReturn;
    private boolean flushed;
    private long offset;
    private long lastByte;
    private long lastState;

    /// @param offset  where in the output it begins
    /// @param flushed whether what is before it is a line without its end
    LineSplitter(long offset, boolean flushed) {
        this.offset = offset;
        this.flushed = flushed;
    }

    /// @param now milliseconds
    void accept(byte[] chunk, int size, long now, Sink sink) {
        lastByte = now;
        int i = 0;
        while (i < size) {
            byte b = chunk[i];
            if (carriageReturn && b != '\n') {
                carriageReturn = false;
                replace(now, sink);
            }
            if (b == '\n') {
                i++;
                offset++;
                carriageReturn = false;
                endLine(sink);
            } else if (b == '\r') {
                i++;
                offset++;
                carriageReturn = true;
            } else {
                int from = i;
                int most = Math.min(size, i + LONGEST - length);
                while (i < most && chunk[i] != '\n' && chunk[i] != '\r') {
                    i++;
                }
                System.arraycopy(chunk, from, held, length, i - from);
                length += i - from;
                offset += i - from;
                if (length == LONGEST) {
                    flush(sink);
                }
            }
        }
    }

    /// Emits what has waited long enough.
    void idle(long now, Sink sink) {
        if (now - lastByte >= SILENCE_MILLIS) {
            if (carriageReturn && length > 0) {
                carriageReturn = false;
                remember();
            }
            if (length > 0) {
                flush(sink);
            } else if (state.length > 0) {
                emitState(sink);
            }
        }
    }

    /// Whether something waits for its line's end.
    boolean waiting() {
        return length > 0 || state.length > 0;
    }

    /// The output has ended.
    void end(Sink sink) {
        if (length > 0) {
            sink.event(held, 0, length, offset, true);
            length = 0;
        } else if (state.length > 0) {
            emitState(sink);
        }
    }

    private void endLine(Sink sink) {
        if (length > 0 || (state.length == 0 && !flushed)) {
            sink.event(held, 0, length, offset, false);
        } else if (state.length > 0) {
            sink.event(state, 0, state.length, offset, false);
        }
        length = 0;
        state = new byte[0];
        flushed = false;
    }

    /// A lone carriage return: what is held is a state.
    private void replace(long now, Sink sink) {
        if (length > 0) {
            remember();
            if (now - lastState >= SILENCE_MILLIS) {
                lastState = now;
                emitState(sink);
            }
        }
    }

    private void remember() {
        state = Arrays.copyOf(held, length);
        length = 0;
    }

    private void emitState(Sink sink) {
        sink.event(state, 0, state.length, offset, true);
        state = new byte[0];
        flushed = true;
    }

    private void flush(Sink sink) {
        int whole = wholeCharacters(held, length);
        if (whole > 0) {
            sink.event(held, 0, whole, offset - (length - whole), true);
            System.arraycopy(held, whole, held, 0, length - whole);
            length -= whole;
            state = new byte[0];
            flushed = true;
        }
    }

    /// How many bytes remain without a UTF-8 character that has only begun.
    private static int wholeCharacters(byte[] bytes, int length) {
        for (int back = 1; back <= Math.min(4, length); back++) {
            int b = bytes[length - back] & 0xff;
            if (b < 0x80) {
                return length;
            }
            if (b >= 0xc0) {
                int wants = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
                return wants > back ? length - back : length;
            }
        }
        return length;
    }
}
