package dev.rein.server.endpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// One kept-alive HTTP/1.1 connection to a replica: a request out in one write, the answer's head back, then its
/// body by [#read]. Blocking, for one thread at a time; meant for virtual threads. Written for one hop on a known
/// machine: no proxies, no redirects, no TLS, no content codings.
final class ReplicaConnection implements Closeable {
    private static final int HEAD_LIMIT = 64 * 1024;

    /// What fits into a socket's buffer is written without waiting for the reader.
    private static final int EASY_WRITE = 64 * 1024;

    /// @param headers by lower-case name; of several of one name the last
    record Head(int status, Map<String, String> headers) {
        Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name));
        }
    }

    private enum Framing {
        NONE,
        LENGTH,
        CHUNKED,
        UNTIL_CLOSE
    }

    private final SocketChannel channel;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] buffer = new byte[16 * 1024];
    private int position;
    private int end;
    private long deadline;
    private Framing framing = Framing.NONE;
    private long left;
    private boolean firstChunk;
    private boolean keep = true;
    private boolean refused;
    private long idleSince;

    private ReplicaConnection(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.socket = channel.socket();
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    @SuppressWarnings("resource") // the connection owns its channel from its constructor on
    static ReplicaConnection open(InetSocketAddress address, int timeoutMillis) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.socket().connect(address, timeoutMillis);
            return new ReplicaConnection(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /// Whether the replica still holds its end of a kept connection, as far as this machine knows. Costs a
    /// microsecond or two, and saves sending a request to nobody, which could not be told from one that was acted
    /// upon.
    boolean isOpen() {
        try {
            channel.configureBlocking(false);
            int read = channel.read(ByteBuffer.allocate(1));
            channel.configureBlocking(true);
            return read == 0; // an end, or bytes nobody asked for, make it useless
        } catch (IOException _) {
            return false;
        }
    }

    /// Sends a request and reads the head of its answer.
    ///
    /// @param request  head and body
    /// @param deadline by [System#nanoTime], for everything up to the body's last byte
    /// @throws SocketTimeoutException at the deadline
    /// @throws IOException if the replica broke off or does not speak HTTP/1.1
    Head exchange(byte[] request, long deadline) throws IOException {
        this.deadline = deadline;
        keep = false; // until the answer says so
        send(request);
        Head head;
        do {
            head = readHead();
        } while (head.status() / 100 == 1);
        frame(head);
        return head;
    }

    /// The next part of the body.
    ///
    /// @return how many bytes, or -1 at its end
    int read(byte[] into, int offset, int length) throws IOException {
        return switch (framing) {
            case NONE -> -1;
            case UNTIL_CLOSE -> take(into, offset, length);
            case LENGTH, CHUNKED -> readFramed(into, offset, length);
        };
    }

    private int readFramed(byte[] into, int offset, int length) throws IOException {
        if (left == 0 && !nextChunk()) {
            framing = Framing.NONE;
            return -1;
        }
        int read = take(into, offset, (int) Math.min(length, left));
        if (read < 0) {
            throw new EOFException("the replica closed the connection in the middle of its answer");
        }
        left -= read;
        return read;
    }

    /// Bytes of the body, or -1 when only its end will tell.
    long length() {
        return switch (framing) {
            case NONE -> 0;
            case LENGTH -> left;
            case CHUNKED, UNTIL_CLOSE -> -1;
        };
    }

    /// Whether the last answer was read to its end and the replica keeps the connection open.
    boolean isReusable() {
        return keep && (framing == Framing.NONE || (framing == Framing.LENGTH && left == 0)) && position == end;
    }

    void idleSince(long nanos) {
        idleSince = nanos;
    }

    long idleSince() {
        return idleSince;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException _) {
            // Nothing depends on it: the connection is of no more use either way.
        }
    }

    private void send(byte[] request) throws IOException {
        if (request.length <= EASY_WRITE) {
            out.write(request);
            return;
        }
        // A socket's write has no timeout: closing the socket is what ends it.
        var written = new CompletableFuture<Void>();
        written.orTimeout(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)
                .whenComplete((_, late) -> {
                    if (late != null) {
                        close();
                    }
                });
        try {
            out.write(request);
        } catch (IOException e) {
            if (System.nanoTime() - deadline >= 0) {
                throw new SocketTimeoutException("the replica did not take the request in time");
            }
            // It may have refused the body with an answer, which then lies there to be read.
            refused = true;
        } finally {
            written.complete(null);
        }
    }

    private Head readHead() throws IOException {
        String line = line();
        if (line.length() < 12 || !line.startsWith("HTTP/1.")) {
            throw new ProtocolException("the replica does not speak HTTP/1.1: \"%s\"".formatted(shown(line)));
        }
        int status = number(line.substring(9, 12), 10);
        boolean old = line.startsWith("HTTP/1.0");
        Map<String, String> headers = new HashMap<>();
        int length = line.length();
        for (line = line(); !line.isEmpty(); line = line()) {
            length += line.length();
            int colon = line.indexOf(':');
            if (colon < 1 || length > HEAD_LIMIT) {
                throw new ProtocolException("the replica's answer has a bad header: \"%s\"".formatted(shown(line)));
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        String connection = headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
        keep = !refused && (old ? connection.contains("keep-alive") : !connection.contains("close"));
        return new Head(status, headers);
    }

    private void frame(Head head) throws IOException {
        String coding = head.headers().getOrDefault("transfer-encoding", "").toLowerCase(Locale.ROOT);
        String length = head.headers().get("content-length");
        left = 0;
        if (head.status() == 204 || head.status() == 304) {
            framing = Framing.NONE;
        } else if (coding.equals("chunked")) {
            framing = Framing.CHUNKED;
        } else if (!coding.isEmpty()) {
            throw new ProtocolException("the replica answers with Transfer-Encoding: " + shown(coding));
        } else if (length != null) {
            left = number(length, 10);
            framing = left == 0 ? Framing.NONE : Framing.LENGTH;
        } else {
            framing = Framing.UNTIL_CLOSE;
            keep = false;
        }
        firstChunk = true;
    }

    private boolean nextChunk() throws IOException {
        if (framing == Framing.LENGTH) {
            return false;
        }
        if (!firstChunk && !line().isEmpty()) {
            throw new ProtocolException("the replica's chunks have no end");
        }
        firstChunk = false;
        String size = line();
        int extension = size.indexOf(';');
        left = number((extension < 0 ? size : size.substring(0, extension)).strip(), 16);
        if (left > 0) {
            return true;
        }
        while (!line().isEmpty()) {
            // trailers say nothing to us
        }
        return false;
    }

    private static int number(String digits, int radix) throws ProtocolException {
        try {
            int number = Integer.parseInt(digits, radix);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException _) {
            // told below, with the text
        }
        throw new ProtocolException("the replica's answer has a bad number: \"%s\"".formatted(shown(digits)));
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        while (true) {
            for (int i = position; i < end; i++) {
                if (buffer[i] == '\n') {
                    int to = i > position && buffer[i - 1] == '\r' ? i - 1 : i;
                    String rest = new String(buffer, position, to - position, ISO_8859_1);
                    position = i + 1;
                    return line.isEmpty() ? rest : strip(line.append(rest));
                }
            }
            line.append(new String(buffer, position, end - position, ISO_8859_1));
            position = end;
            if (line.length() > HEAD_LIMIT) {
                throw new ProtocolException("the replica's answer has a line of more than 64 KiB");
            }
            if (fill() < 0) {
                throw new EOFException("the replica closed the connection before it answered");
            }
        }
    }

    /// A line cut between its `\r` and its `\n` keeps the former until here.
    private static String strip(StringBuilder line) {
        int last = line.length() - 1;
        return last >= 0 && line.charAt(last) == '\r' ? line.substring(0, last) : line.toString();
    }

    private int take(byte[] into, int offset, int length) throws IOException {
        if (position == end && length >= buffer.length) {
            return receive(into, offset, length);
        }
        if (position == end && fill() < 0) {
            return -1;
        }
        int taken = Math.min(length, end - position);
        System.arraycopy(buffer, position, into, offset, taken);
        position += taken;
        return taken;
    }

    private int fill() throws IOException {
        int read = receive(buffer, 0, buffer.length);
        position = 0;
        end = Math.max(read, 0);
        return read;
    }

    private int receive(byte[] into, int offset, int length) throws IOException {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new SocketTimeoutException("the replica did not answer in time");
        }
        socket.setSoTimeout((int) Math.min(millis, Integer.MAX_VALUE));
        return in.read(into, offset, length);
    }

    private static String shown(String text) {
        String start = text.length() <= 80 ? text : text.substring(0, 80) + "…";
        return start.replaceAll("\\p{Cntrl}", "?");
    }
}
