package dev.rein.server.backend.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// A program for hosts: answers at ports, and knocks at others'.
///
/// Words: `answer:PORT:TEXT` answers at a port of every address, from now on; `once:PORT:TEXT` waits for one to ask;
/// `ask:HOST:PORT` prints what is answered there, trying for 20 s; `knock:HOST:PORT` tries once for a second and
/// prints what came of it; `stay` never ends.
public final class Knock {
    private Knock() {}

    public static void main(String[] words) throws Exception {
        for (String word : words) {
            String[] parts = word.split(":");
            switch (parts[0]) {
                case "answer" -> answer(new ServerSocket(Integer.parseInt(parts[1])), parts[2]);
                case "once" -> {
                    try (var server = new ServerSocket(Integer.parseInt(parts[1]))) {
                        answer(server.accept(), parts[2]);
                    }
                }
                case "ask" -> System.out.println(ask(parts[1], Integer.parseInt(parts[2]), 20_000));
                case "knock" -> {
                    try {
                        System.out.println(connect(parts[1], Integer.parseInt(parts[2])));
                    } catch (IOException e) {
                        System.out.println("no way to " + parts[1]);
                    }
                }
                case "stay" -> Thread.sleep(Long.MAX_VALUE);
                default -> throw new IllegalArgumentException(word);
            }
        }
    }

    static void answer(ServerSocket server, String text) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (true) {
                    answer(server.accept(), text);
                }
            } catch (IOException closed) {
                System.err.println(closed);
            }
        });
    }

    private static void answer(Socket asking, String text) throws IOException {
        try (asking) {
            asking.getOutputStream().write(text.getBytes(UTF_8));
        }
    }

    static String ask(String host, int port, long millis) throws Exception {
        long until = System.nanoTime() + millis * 1_000_000;
        while (true) {
            try {
                return connect(host, port);
            } catch (IOException e) {
                if (System.nanoTime() > until) {
                    throw e;
                }
                Thread.sleep(20);
            }
        }
    }

    private static String connect(String host, int port) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), 1_000);
            socket.setSoTimeout(10_000);
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }
}
