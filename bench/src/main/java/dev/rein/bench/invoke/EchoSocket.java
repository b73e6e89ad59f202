package dev.rein.bench.invoke;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// The least a request and an answer can cost here: a server that reads as many bytes as an invocation has and
/// writes as many back as its answer has, one platform thread a connection.
final class EchoSocket implements AutoCloseable {
    private final ServerSocket server;
    private final int requestBytes;
    private final byte[] answer;

    EchoSocket(int requestBytes, int answerBytes) throws IOException {
        this.server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        this.requestBytes = requestBytes;
        this.answer = new byte[answerBytes];
        Thread.ofPlatform().daemon().name("echo").start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofPlatform().daemon().name("echo-connection").start(() -> echo(socket));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void echo(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new DataInputStream(socket.getInputStream());
            byte[] request = new byte[requestBytes];
            while (true) {
                in.readFully(request);
                socket.getOutputStream().write(answer);
            }
        } catch (EOFException e) {
            // the client is done
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
