package dev.rein.cli;

import dev.rein.sdk.Predictor;
import dev.rein.sdk.RLEstimator;
import dev.rein.sdk.RLFramework;
import dev.rein.sdk.RLToolkit;
import dev.rein.sdk.Session;
import dev.rein.server.ReinServer;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.classic.CartPole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// From nothing to a served policy: trains CartPole as a job, serves what it learned, plays an episode through the
/// endpoint.
///
/// Uses the platform that runs on `$REIN_HOME`; where none does it runs one in this process and takes it down at
/// the end.
@Command(
        name = "quickstart",
        mixinStandardHelpOptions = true,
        description = "Train a CartPole policy as a job, serve it, and play an episode through the endpoint.")
final class Quickstart implements Callable<Integer> {
    private static final double SOLVED = 475;
    private static final String INSTANCE = "ml.m5.large";
    private static final Pattern EVALUATION = Pattern.compile("evaluation_return_mean=([-0-9.]+)");

    @Option(
            names = "--steps",
            defaultValue = "120000",
            description = "environment steps to learn from (default: ${DEFAULT-VALUE})")
    private int steps = 120_000;

    @Option(names = "--seed", defaultValue = "1", description = "of everything (default: ${DEFAULT-VALUE})")
    private int seed = 1;

    @Mixin
    private Output output = new Output();

    private final ReinHome home;
    private final Map<String, Object> facts = new LinkedHashMap<>();
    private double evaluated = Double.NaN;
    private double firstLineSeconds = Double.NaN;

    /// The platform a quickstart runs on, and how long it took to start.
    private record Platform(@Nullable ReinServer server, Session session) implements AutoCloseable {
        static Platform open(ReinHome home) throws IOException {
            Optional<ReinHome.Running> running = home.running();
            if (running.isPresent()) {
                return new Platform(null, Session.local(home.path()));
            }
            home.make();
            ReinServer server = ReinServer.start(Up.configuration(home, "127.0.0.1", 0, 0));
            try {
                return new Platform(server, Session.local(home.path()));
            } catch (RuntimeException e) {
                server.close();
                throw e;
            }
        }

        @Override
        public void close() {
            session.close();
            if (server != null) {
                server.close();
            }
        }
    }

    Quickstart() {
        this(ReinHome.ofEnvironment());
    }

    Quickstart(ReinHome home) {
        this.home = home;
    }

    @Override
    public Integer call() throws IOException {
        Installation installation = Installation.ofLauncher();
        Path script = installation.root().resolve("examples/cartpole/CartPole.java");
        if (!Files.isRegularFile(script)) {
            throw new IOException("%s is missing (expected: the examples beside the launcher)".formatted(script));
        }
        long began = System.nanoTime();
        try (Platform platform = Platform.open(home)) {
            double started = seconds(began);
            facts.put("platform_seconds", rounded(started));
            say("Platform   %s, data in %s (%.1f s)"
                    .formatted(
                            platform.server() == null ? "already running" : "in this process", home.path(), started));
            run(platform.session(), script);
        }
        facts.put("total_seconds", rounded(seconds(began)));
        if (output.isJson()) {
            output.print(facts, "");
        } else {
            next();
        }
        return evaluated >= SOLVED ? 0 : 1;
    }

    private void run(Session session, Path script) {
        RLEstimator estimator = RLEstimator.builder()
                .session(session)
                .entryPoint(script.toString())
                .toolkit(RLToolkit.REIN)
                .toolkitVersion(ReinServer.VERSION)
                .framework(RLFramework.JVM)
                .instanceType(INSTANCE)
                .instanceCount(1)
                .baseJobName("cartpole")
                .hyperparameters(Map.of("steps", steps, "seed", seed))
                .build();
        String job = train(session, estimator);
        say("%s CartPole-v1: mean return %.1f over 100 evaluation episodes (solved from %.0f)"
                .formatted(evaluated >= SOLVED ? "Solved    " : "Not solved", evaluated, SOLVED));
        serve(estimator, job);
    }

    private String train(Session session, RLEstimator estimator) {
        long submitted = System.nanoTime();
        String job = estimator.fit(Map.of(), false, null, null);
        facts.put("job", job);
        say("Job        %s".formatted(job));
        try (TrainingBar bar = TrainingBar.on(output.isJson() ? null : output.out(), steps)) {
            estimator = RLEstimator.attach(job, session, line -> {
                if (Double.isNaN(firstLineSeconds)) {
                    firstLineSeconds = seconds(submitted);
                }
                Matcher evaluation = EVALUATION.matcher(line.message());
                if (evaluation.find()) {
                    evaluated = Double.parseDouble(evaluation.group(1));
                }
                bar.show(line.message());
            });
        }
        facts.put("first_line_seconds", rounded(firstLineSeconds));
        facts.put("training_seconds", rounded(seconds(submitted)));
        facts.put("evaluation_return_mean", evaluated);
        say("           first line after %.2f s, ended after %.1f s".formatted(firstLineSeconds, seconds(submitted)));
        return job;
    }

    private void serve(RLEstimator estimator, String job) {
        long asked = System.nanoTime();
        Predictor predictor = estimator.deploy(1, INSTANCE);
        facts.put("deploy_seconds", rounded(seconds(asked)));
        say("Endpoint   %s in service (%.1f s)".formatted(predictor.endpointName(), seconds(asked)));
        try {
            play(predictor);
        } finally {
            predictor.deleteModel();
            predictor.deleteEndpoint();
        }
        say("           endpoint taken down");
        String model = estimator.modelData();
        facts.put("model", model);
        say("Model      %s".formatted(model));
        Path file = home.path().resolve("data/s3").resolve(model.substring("s3://".length()));
        if (Files.isRegularFile(file)) {
            facts.put("model_file", file.toString());
            say("           %s".formatted(file));
        }
        facts.put("job", job);
    }

    /// One episode of the simulator here, its actions asked of the endpoint.
    private void play(Predictor predictor) {
        double total = 0;
        List<Double> millis = new ArrayList<>();
        try (Environment world = CartPole.v1()) {
            Step step = Step.of(world);
            float[] observation = new float[world.observationSpace().size()];
            world.reset(new EpisodeRandom(seed, 0, 0), step);
            while (!step.terminated() && !step.truncated()) {
                for (int i = 0; i < observation.length; i++) {
                    observation[i] = step.observation().get(i);
                }
                long asked = System.nanoTime();
                int action = predictor.predict(observation).index();
                millis.add(seconds(asked) * 1000);
                world.step(Row.of(action), step.clear());
                total += step.reward();
            }
        }
        facts.put("episode_return", total);
        // This program has only just started: the first hundreds of requests run code that no compiler has seen yet.
        double median = median(millis);
        double last = median(millis.subList(Math.max(0, millis.size() - 100), millis.size()));
        facts.put("requests", millis.size());
        facts.put("request_median_milliseconds", rounded(median));
        facts.put("last_requests_median_milliseconds", rounded(last));
        say(
                "Episode    return %.0f, played through the endpoint (%d requests, median %.2f ms, of the last hundred %.2f ms)"
                        .formatted(total, millis.size(), median, last));
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private void next() {
        say("");
        say("Next:");
        say("  ./rein up                                    the platform in the background");
        say("  ./rein train examples/cartpole/CartPole.java -H steps=200000 -H seed=7");
        say("  ./rein deploy " + facts.get("job"));
    }

    private void say(String line) {
        if (!output.isJson()) {
            output.out().println(line);
            output.out().flush();
        }
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private static double rounded(double seconds) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.3f", seconds));
    }
}
