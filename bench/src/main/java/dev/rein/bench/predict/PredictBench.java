package dev.rein.bench.predict;

import dev.rein.sdk.Predictor;
import dev.rein.sdk.Session;
import java.util.Arrays;
import java.util.Locale;

/// `PredictBench <endpoint> [requests]`: how long `predict()` takes a Java program, from its first call on, on the
/// platform of `$REIN_HOME`.
///
/// A program that plays one episode meets the first hundreds of calls, while the JVM still learns; one that stays
/// meets the last.
public final class PredictBench {
    private static final float[] OBSERVATION = {0.01f, 0.02f, 0.03f, 0.04f};

    private PredictBench() {}

    /// Prints the first call alone, then medians of stretches that double.
    public static void main(String[] args) {
        if (args.length < 1) {
            System.err.println("usage: PredictBench <endpoint> [requests, 8192]");
            System.exit(2);
        }
        int requests = args.length > 1 ? Integer.parseInt(args[1]) : 8192;
        double[] millis = new double[requests];
        try (Session session = Session.local()) {
            var predictor = new Predictor(args[0], session);
            for (int i = 0; i < requests; i++) {
                long start = System.nanoTime();
                predictor.predict(OBSERVATION);
                millis[i] = (System.nanoTime() - start) / 1e6;
            }
        }
        for (int from = 0, to = 1; from < requests; from = to, to = Math.min(requests, Math.max(64, to * 2))) {
            double[] stretch = Arrays.copyOfRange(millis, from, to);
            Arrays.sort(stretch);
            System.out.printf(
                    Locale.ROOT,
                    "calls=%d..%d p50_ms=%.2f p99_ms=%.2f%n",
                    from + 1,
                    to,
                    stretch[stretch.length / 2],
                    stretch[(int) (stretch.length * 0.99)]);
        }
    }
}
