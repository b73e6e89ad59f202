package dev.rein.bench.invoke;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/// Reads answers with a Content-Length off a kept-alive connection; just enough HTTP to time it.
final class HttpAnswer {
    private final InputStream in;
    private final byte[] buffer = new byte[1 << 20];

    HttpAnswer(InputStream in) {
        this.in = in;
    }

    /// Reads one answer to its last byte.
    ///
    /// @return its length, head and body
    /// @throws IOException if it is not a 200, with what it says
    int read() throws IOException {
        int filled = 0;
        int head = -1;
        while (head < 0) {
            filled += fill(filled);
            head = endOfHead(filled);
        }
        String text = new String(buffer, 0, head, ISO_8859_1);
        int length = head + contentLength(text);
        while (filled < length) {
            filled += fill(filled);
        }
        if (!text.startsWith("HTTP/1.1 200")) {
            throw new IOException(new String(buffer, 0, length, ISO_8859_1));
        }
        return length;
    }

    private int fill(int from) throws IOException {
        int read = in.read(buffer, from, buffer.length - from);
        if (read <= 0) {
            throw new EOFException("the connection was closed");
        }
        return read;
    }

    private int endOfHead(int filled) {
        for (int i = 3; i < filled; i++) {
            if (buffer[i] == '\n' && buffer[i - 1] == '\r' && buffer[i - 2] == '\n') {
                return i + 1;
            }
        }
        return -1;
    }

    private static int contentLength(String head) throws IOException {
        for (String line : head.split("\r\n")) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                return Integer.parseInt(line.substring(15).strip());
            }
        }
        throw new IOException("an answer without Content-Length:\n" + head);
    }
}
