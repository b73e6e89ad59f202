package dev.rein.toolkit.environment.registry;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.TimeLimit;
import dev.rein.toolkit.environment.classic.Acrobot;
import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.environment.classic.MountainCar;
import dev.rein.toolkit.environment.classic.MountainCarContinuous;
import dev.rein.toolkit.environment.classic.Pendulum;
import dev.rein.toolkit.environment.lander.LunarLander;
import dev.rein.toolkit.environment.minatar.Breakout;
import dev.rein.toolkit.environment.toy.Blackjack;
import dev.rein.toolkit.environment.toy.CliffWalking;
import dev.rein.toolkit.environment.toy.FrozenLake;
import dev.rein.toolkit.environment.toy.Taxi;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/// Environments by the names Gymnasium gives them, time limits included.
public final class Environments {
    /// Reads the options of an environment and says what makes it.
    private interface Entry {
        Supplier<Environment> maker(Settings settings);
    }

    private static final Map<String, Entry> BY_ID = Map.ofEntries(
            plain("CartPole-v1", CartPole::v1),
            plain("Acrobot-v1", Acrobot::v1),
            plain("MountainCar-v0", MountainCar::v0),
            plain("MountainCarContinuous-v0", MountainCarContinuous::v0),
            plain("Pendulum-v1", Pendulum::v1),
            Map.entry("FrozenLake-v1", settings -> frozenLake(settings, "4x4", 100)),
            Map.entry("FrozenLake8x8-v1", settings -> frozenLake(settings, "8x8", 200)),
            Map.entry("CliffWalking-v1", settings -> cliffWalking(settings, false)),
            Map.entry("CliffWalkingSlippery-v1", settings -> cliffWalking(settings, true)),
            plain("Taxi-v3", Taxi::v3),
            Map.entry("Blackjack-v1", Environments::blackjack),
            Map.entry("MinAtar/Breakout-v0", settings -> breakout(settings, Breakout.Actions.ALL)),
            Map.entry("MinAtar/Breakout-v1", settings -> breakout(settings, Breakout.Actions.MINIMAL)),
            Map.entry("LunarLander-v3", settings -> lunarLander(settings, false)),
            Map.entry("LunarLanderContinuous-v3", settings -> lunarLander(settings, true)));

    private Environments() {}

    private static Map.Entry<String, Entry> plain(String id, Supplier<Environment> maker) {
        return Map.entry(id, _ -> maker);
    }

    private static Supplier<Environment> frozenLake(Settings settings, String map, int limit) {
        var lake = settings.choice("map_name", map, Map.of("4x4", FrozenLake.Lake.FOUR, "8x8", FrozenLake.Lake.EIGHT));
        boolean slippery = settings.flag("is_slippery", true);
        double successRate = settings.number("success_rate", FrozenLake.SUCCESS_RATE, 0, 1);
        return () -> new TimeLimit(new FrozenLake(lake, slippery, successRate), limit);
    }

    private static Supplier<Environment> cliffWalking(Settings settings, boolean slipperyUnlessSaid) {
        boolean slippery = settings.flag("is_slippery", slipperyUnlessSaid);
        return () -> new CliffWalking(slippery);
    }

    private static Supplier<Environment> blackjack(Settings settings) {
        boolean sab = settings.flag("sab", true);
        boolean pays = settings.flag("natural", false);
        var other = pays ? Blackjack.Natural.PAYS_HALF_MORE : Blackjack.Natural.ORDINARY;
        var natural = sab ? Blackjack.Natural.WINS : other;
        return () -> new Blackjack(natural);
    }

    private static Supplier<Environment> breakout(Settings settings, Breakout.Actions unlessSaid) {
        boolean minimal = settings.flag("use_minimal_action_set", unlessSaid == Breakout.Actions.MINIMAL);
        double sticky = settings.number("sticky_action_prob", 0.1, 0, 1);
        settings.flag("difficulty_ramping", true); // known to every MinAtar game; this one does not get harder
        return () -> new Breakout(minimal ? Breakout.Actions.MINIMAL : Breakout.Actions.ALL, sticky);
    }

    private static Supplier<Environment> lunarLander(Settings settings, boolean continuousUnlessSaid) {
        var options = new LunarLander.Options(
                settings.flag("continuous", continuousUnlessSaid),
                settings.number("gravity", -10, Math.nextUp(-12.0), -Double.MIN_VALUE),
                settings.flag("enable_wind", false),
                settings.number("wind_power", 15, 0, 20),
                settings.number("turbulence_power", 1.5, 0, 2));
        return () -> LunarLander.v3(options);
    }

    /// Makes one environment, with the options it has by default.
    ///
    /// @throws IllegalArgumentException if the name is unknown; says which are known and which comes nearest
    public static Environment make(String id) {
        return maker(id).get();
    }

    /// Makes one environment.
    ///
    /// @param settings Gymnasium's keyword arguments by name, as `"is_slippery"` to `false`; text does as well
    /// @throws IllegalArgumentException if the name or an option is unknown, or a value not allowed; says all of it
    public static Environment make(String id, Map<String, ?> settings) {
        return maker(id, settings).get();
    }

    /// What makes an environment of this name at every call.
    ///
    /// @throws IllegalArgumentException as [#make(String)]
    public static Supplier<Environment> maker(String id) {
        return maker(id, Map.of());
    }

    /// What makes an environment of this name, with these options, at every call.
    ///
    /// @throws IllegalArgumentException as [#make(String, Map)]
    public static Supplier<Environment> maker(String id, Map<String, ?> settings) {
        Entry entry = BY_ID.get(requireNonNull(id, "id"));
        if (entry == null) {
            throw new IllegalArgumentException("environment: \"%s\" is unknown (expected: one of %s). Did you mean %s?"
                    .formatted(id, String.join(", ", ids()), nearest(id)));
        }
        var read = new Settings(id, settings);
        Supplier<Environment> maker = entry.maker(read);
        read.finish();
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
