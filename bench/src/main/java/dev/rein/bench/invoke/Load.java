package dev.rein.bench.invoke;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/// Clients that each send one request after the other over a connection of their own, and time every one.
final class Load {
    /// @param p50Micros         of all requests of all clients, from the first byte out to the last byte in
    /// @param p99Micros         of the same
    /// @param requestsPerSecond of all clients together, with the time between requests: signing counts here
    record Result(double p50Micros, double p99Micros, double requestsPerSecond) {}

    /// One client.
    interface Client {
        /// Sends requests until the deadline, by [System#nanoTime].
        ///
        /// @return the nanoseconds each took
        LongStream run(long deadline) throws IOException, GeneralSecurityException;
    }

    private Load() {}

    static Result run(int clients, Duration time, Client client) throws InterruptedException, ExecutionException {
        List<Callable<long[]>> tasks = new ArrayList<>();
        long begun = System.nanoTime();
        long deadline = begun + time.toNanos();
        for (int i = 0; i < clients; i++) {
            tasks.add(() -> client.run(deadline).toArray());
        }
        List<long[]> taken = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(clients)) {
            for (Future<long[]> future : threads.invokeAll(tasks)) {
                taken.add(future.get());
            }
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        long[] all = taken.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        if (all.length == 0) {
            throw new IllegalStateException("no request was answered within " + time);
        }
        return new Result(all[all.length / 2] / 1e3, all[(int) (all.length * 0.99)] / 1e3, all.length / seconds);
    }

    /// Invokes an endpoint; each request is signed anew before its clock starts.
    static Client invoking(SignedInvocation invocation) {
        return deadline -> {
            var nanos = new Samples();
            try (Socket socket =
                    open(invocation.endpoint().getHost(), invocation.endpoint().getPort())) {
                var answer = new HttpAnswer(socket.getInputStream());
                while (System.nanoTime() < deadline) {
                    byte[] request = invocation.at(Instant.now());
                    long start = System.nanoTime();
                    socket.getOutputStream().write(request);
                    answer.read();
                    nanos.add(System.nanoTime() - start);
                }
            }
            return nanos.stream();
        };
    }

    /// Sends as many bytes and reads as many back, with nothing in between.
    static Client echoing(int port, int requestBytes, int answerBytes) {
        return deadline -> {
            var nanos = new Samples();
            byte[] request = new byte[requestBytes];
            byte[] answer = new byte[answerBytes];
            try (Socket socket = open(InetAddress.getLoopbackAddress().getHostAddress(), port)) {
                var in = new DataInputStream(socket.getInputStream());
                while (System.nanoTime() < deadline) {
                    long start = System.nanoTime();
                    socket.getOutputStream().write(request);
                    in.readFully(answer);
                    nanos.add(System.nanoTime() - start);
                }
            }
            return nanos.stream();
        };
    }

    private static Socket open(String host, int port) throws IOException {
        var socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(host, port), 2000);
        socket.setSoTimeout(70_000);
        return socket;
    }

    private static final class Samples {
        private long[] values = new long[1 << 16];
        private int count;

        void add(long value) {
            if (count == values.length) {
                values = Arrays.copyOf(values, 2 * count);
            }
            values[count++] = value;
        }

        LongStream stream() {
            return Arrays.stream(values, 0, count);
        }
    }
}
