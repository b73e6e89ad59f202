package dev.rein.bench.invoke;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.ToDoubleFunction;

/// `InvokeBench <endpoint> [body] [clients,…] [seconds]`: how long an invocation of a running endpoint takes next
/// to an echo of as many bytes over bare sockets. The platform is the one that `AWS_ENDPOINT_URL` and its like
/// name.
public final class InvokeBench {
    private static final int ROUNDS = 3;

    private InvokeBench() {}

    /// Prints one line for each number of clients; the medians of three rounds, in which echo and endpoint take
    /// turns.
    public static void main(String[] args)
            throws IOException, GeneralSecurityException, InterruptedException, ExecutionException {
        if (args.length < 1) {
            System.err.println("usage: InvokeBench <endpoint> [body, [0,0,0,0]] [clients, 1,8] [seconds, 5]");
            System.exit(2);
        }
        String body = args.length > 1 ? args[1] : "[0.01,0.02,0.03,0.04]";
        int[] clients = Arrays.stream((args.length > 2 ? args[2] : "1,8").split(","))
                .mapToInt(Integer::parseInt)
                .toArray();
        var time = Duration.ofSeconds(args.length > 3 ? Integer.parseInt(args[3]) : 5);
        Map<String, String> environment = System.getenv();
        var invocation = new SignedInvocation(
                URI.create(required(environment, "AWS_ENDPOINT_URL")),
                args[0],
                "application/json",
                required(environment, "AWS_ACCESS_KEY_ID"),
                required(environment, "AWS_SECRET_ACCESS_KEY"),
                environment.getOrDefault("AWS_REGION", environment.getOrDefault("AWS_DEFAULT_REGION", "us-west-2")),
                body.getBytes(UTF_8));
        int requestBytes = invocation.at(Instant.now()).length;
        int answerBytes = once(invocation);
        try (var echo = new EchoSocket(requestBytes, answerBytes)) {
            System.out.printf(Locale.ROOT, "request %d bytes, answer %d bytes%n", requestBytes, answerBytes);
            Load.Client invoking = Load.invoking(invocation);
            Load.Client echoing = Load.echoing(echo.port(), requestBytes, answerBytes);
            Load.run(Arrays.stream(clients).max().orElse(1), time, invoking); // warms the platform up
            for (int count : clients) {
                measure(count, time, echoing, invoking);
            }
        }
    }

    private static void measure(int clients, Duration time, Load.Client echoing, Load.Client invoking)
            throws InterruptedException, ExecutionException {
        List<Load.Result> echoes = new ArrayList<>();
        List<Load.Result> answers = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            echoes.add(Load.run(clients, time, echoing));
            answers.add(Load.run(clients, time, invoking));
        }
        double echo = median(echoes, Load.Result::p50Micros);
        double answer = median(answers, Load.Result::p50Micros);
        System.out.printf(
                Locale.ROOT,
                "clients=%d echo_p50_us=%.0f echo_p99_us=%.0f echo_per_second=%.0f invoke_p50_us=%.0f "
                        + "invoke_p99_us=%.0f invoke_per_second=%.0f added_p50_us=%.0f%n",
                clients,
                echo,
                median(echoes, Load.Result::p99Micros),
                median(echoes, Load.Result::requestsPerSecond),
                answer,
                median(answers, Load.Result::p99Micros),
                median(answers, Load.Result::requestsPerSecond),
                answer - echo);
    }

    private static double median(List<Load.Result> results, ToDoubleFunction<Load.Result> value) {
        double[] sorted = results.stream().mapToDouble(value).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /// @return how long an answer is
    private static int once(SignedInvocation invocation) throws IOException, GeneralSecurityException {
        try (var socket = new Socket(
                invocation.endpoint().getHost(), invocation.endpoint().getPort())) {
            socket.getOutputStream().write(invocation.at(Instant.now()));
            return new HttpAnswer(socket.getInputStream()).read();
        }
    }

    private static String required(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null) {
            System.err.println(
                    name + " is not set. `eval \"$(rein env)\"` sets it for a platform that `rein up` started.");
            System.exit(2);
            throw new AssertionError(name);
        }
        return value;
    }
}
