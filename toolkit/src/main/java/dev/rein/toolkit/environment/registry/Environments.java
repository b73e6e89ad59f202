package dev.rein.toolkit.environment.registry;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.classic.Acrobot;
import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.environment.classic.MountainCar;
import dev.rein.toolkit.environment.classic.MountainCarContinuous;
import dev.rein.toolkit.environment.classic.Pendulum;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/// Environments by the names Gymnasium gives them, time limits included.
public final class Environments {
    private static final Map<String, Supplier<Environment>> BY_ID = Map.of(
            "CartPole-v1", CartPole::v1,
            "Acrobot-v1", Acrobot::v1,
            "MountainCar-v0", MountainCar::v0,
            "MountainCarContinuous-v0", MountainCarContinuous::v0,
            "Pendulum-v1", Pendulum::v1);

    private Environments() {}

    /// Makes one environment.
    ///
    /// @throws IllegalArgumentException if the name is unknown; says which are known and which comes nearest
    public static Environment make(String id) {
        return maker(id).get();
    }

    /// What makes an environment of this name at every call.
    ///
    /// @throws IllegalArgumentException as [#make]
    public static Supplier<Environment> maker(String id) {
        Supplier<Environment> maker = BY_ID.get(requireNonNull(id, "id"));
        if (maker == null) {
            throw new IllegalArgumentException("environment: \"%s\" is unknown (expected: one of %s). Did you mean %s?"
                    .formatted(id, String.join(", ", ids()), nearest(id)));
        }
        return maker;
    }

    /// All names, in order.
    public static SortedSet<String> ids() {
        return new TreeSet<>(BY_ID.keySet());
    }

    private static String nearest(String id) {
        return new TreeMap<>(BY_ID)
                .keySet().stream()
                        .min(Comparator.comparingInt(known -> edits(id, known)))
                        .orElseThrow();
    }

    /// Levenshtein's distance, cases ignored.
    private static int edits(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                boolean same = Character.toLowerCase(one.charAt(i - 1)) == Character.toLowerCase(other.charAt(j - 1));
                int replaced = diagonal + (same ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j - 1], row[j]));
            }
        }
        return row[other.length()];
    }
}
