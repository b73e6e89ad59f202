package dev.rein.toolkit.environment.check;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/// Tries a simulator of one's own as training would, and tells everything that is wrong with it at once:
///
/// ```java
/// System.out.println(EnvironmentChecker.check(PortWorld::new).orThrow());
/// ```
///
/// It plays episodes of allowed actions drawn by chance: the same one twice in one environment, again in another,
/// and two side by side. It takes seconds at most, unless the simulator is slow, and belongs into a test.
public final class EnvironmentChecker {
    private static final int EPISODES = 3;
    private static final int LONGEST = 2_000;
    private static final int SPEED_STEPS = 20_000;
    private static final long SPEED_NANOS = 300_000_000;

    private final Supplier<? extends Environment> maker;
    private final Findings findings = new Findings();
    private final List<Environment> made = new ArrayList<>();
    private final Set<Environment> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
    private long steps;
    private double stepsPerSecond;

    private EnvironmentChecker(Supplier<? extends Environment> maker) {
        this.maker = requireNonNull(maker, "maker");
    }

    /// @param maker called three times; what it made is closed
    public static EnvironmentReport check(Supplier<? extends Environment> maker) {
        var checker = new EnvironmentChecker(maker);
        try {
            checker.run();
        } catch (StopsHere _) {
            checker.stepsPerSecond = 0; // whatever came after would only repeat what was found
        }
        checker.close();
        return new EnvironmentReport(checker.findings.all(), checker.steps, checker.stepsPerSecond);
    }

    private void run() {
        Environment first = make();
        checkSpaces(first);
        int ended = 0;
        long[] alone = new long[EPISODES];
        for (int episode = 0; episode < EPISODES; episode++) {
            var play = play(first, episode);
            alone[episode] = play.digest();
            ended += play.ended() ? 1 : 0;
        }
        if (ended == 0) {
            findings.add(
                    "end",
                    "no episode ended within %d steps of actions drawn by chance (expected: step.terminate() or step.truncate() some time; wrap it in a TimeLimit if nothing in the world ends it)"
                            .formatted(LONGEST));
        }
        checkAgain(first, alone);
        checkAnother(alone);
        measure(first);
    }

    private void checkSpaces(Environment environment) {
        try {
            if (!environment.observationSpace().equals(environment.observationSpace())
                    || !environment.actionSpace().equals(environment.actionSpace())) {
                findings.add("spaces", "spaces: asked twice they differ (expected: the same for life)");
            }
        } catch (RuntimeException e) {
            throw stop("spaces", "spaces: asking for them threw " + e);
        }
    }

    /// The same episodes in the same environment: nothing may be left of those before.
    private void checkAgain(Environment environment, long[] before) {
        for (int episode = 0; episode < EPISODES; episode++) {
            if (play(environment, episode).digest() != before[episode]) {
                throw stop(
                        "again",
                        "reset: the same episode played again was another (expected: the same bit for bit from the same generator and actions). Draw all chance from the generator that reset is given, read no clock, and let reset forget everything, static fields too.");
            }
        }
    }

    /// The same episodes in another environment, then in two at once: nothing may be shared.
    private void checkAnother(long[] before) {
        Environment second = make();
        if (!second.observationSpace().equals(made.getFirst().observationSpace())
                || !second.actionSpace().equals(made.getFirst().actionSpace())) {
            throw stop("spaces", "maker: the second environment has other spaces (expected: the same from every call)");
        }
        for (int episode = 0; episode < EPISODES; episode++) {
            if (play(second, episode).digest() != before[episode]) {
                throw stop(
                        "another",
                        "maker: the second environment played the same episode otherwise (expected: the same bit for bit). Something differs between one made first and one made later: a static counter, or chance drawn in the constructor.");
            }
        }
        Environment third = make();
        var one = new Play(second, random(0), findings);
        var other = new Play(third, random(1), findings);
        one.begin();
        other.begin();
        while (!one.isOver(LONGEST) || !other.isOver(LONGEST)) {
            if (!one.isOver(LONGEST)) {
                one.step();
            }
            if (!other.isOver(LONGEST)) {
                other.step();
            }
        }
        steps += one.steps() + other.steps();
        if (one.digest() != before[0] || other.digest() != before[1]) {
            findings.add(
                    "shared",
                    "environments: two played side by side disturb each other (expected: each keeps its own state). Static fields are shared by all in a JVM; where they are not yours to change, load the simulator anew for each with Isolated.maker.");
        }
    }

    private Play play(Environment environment, int episode) {
        var play = new Play(environment, random(episode), findings);
        play.begin();
        while (!play.isOver(LONGEST)) {
            play.step();
        }
        steps += play.steps();
        return play;
    }

    private static EpisodeRandom random(int episode) {
        return new EpisodeRandom(1, 0, episode);
    }

    private void measure(Environment environment) {
        long begin = System.nanoTime();
        long taken = 0;
        for (int episode = 0; taken < SPEED_STEPS && System.nanoTime() - begin < SPEED_NANOS; episode++) {
            var play = new Play(environment, random(episode), findings);
            play.begin();
            while (!play.isOver(LONGEST) && System.nanoTime() - begin < SPEED_NANOS) {
                play.step();
            }
            taken += play.steps();
        }
        steps += taken;
        stepsPerSecond = taken * 1e9 / Math.max(1, System.nanoTime() - begin);
    }

    private Environment make() {
        Environment environment = fromMaker();
        if (!distinct.add(environment)) {
            throw stop("maker", "maker: gave the same environment twice (expected: another at every call)");
        }
        made.add(environment);
        return environment;
    }

    private Environment fromMaker() {
        Environment environment;
        try {
            environment = maker.get();
        } catch (RuntimeException e) {
            throw stop("maker", "maker: it threw " + e);
        }
        if (environment == null) {
            throw stop("maker", "maker: gave null (expected: another environment at every call)");
        }
        return environment;
    }

    private void close() {
        for (Environment environment : made.reversed()) {
            try {
                environment.close();
            } catch (RuntimeException e) {
                findings.add("close", "close: it threw " + e);
            }
        }
    }

    private StopsHere stop(String kind, String problem) {
        findings.add(kind, problem);
        return new StopsHere();
    }
}
