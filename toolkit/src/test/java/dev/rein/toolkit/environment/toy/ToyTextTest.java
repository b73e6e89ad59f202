package dev.rein.toolkit.environment.toy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.Renderable;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.registry.Environments;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Compares with what `src/test/python/record_toy.py` recorded of the real Gymnasium.
class ToyTextTest {
    record Recorded(String table, TableWorld world) {
        @Override
        public String toString() {
            return table;
        }
    }

    static Stream<Recorded> worlds() {
        return Stream.of(
                new Recorded("frozenlake4x4", new FrozenLake(FrozenLake.Lake.FOUR, true, FrozenLake.SUCCESS_RATE)),
                new Recorded("frozenlake4x4-firm", new FrozenLake(FrozenLake.Lake.FOUR, false, 1)),
                new Recorded("frozenlake8x8", new FrozenLake(FrozenLake.Lake.EIGHT, true, 0.8)),
                new Recorded("cliffwalking", new CliffWalking(false)),
                new Recorded("cliffwalking-slippery", new CliffWalking(true)),
                new Recorded("taxi", new Taxi()));
    }

    @ParameterizedTest
    @MethodSource("worlds")
    void everyTransitionIsGymnasiums(Recorded recorded) throws IOException {
        var ours = new ArrayList<String>();
        var table = recorded.world.transitions;
        for (int state = 0; state < table.states(); state++) {
            for (int action = 0; action < table.actions(); action++) {
                for (int k = 0; k < table.outcomes(state, action); k++) {
                    int outcome = table.outcome(state, action, k);
                    ours.add("%d,%d,%.9f,%d,%d,%s"
                            .formatted(
                                    state,
                                    action,
                                    table.probability(outcome),
                                    table.next(outcome),
                                    (int) table.reward(outcome),
                                    table.terminates(outcome)));
                }
            }
        }
        List<String> theirs = lines(recorded.table)
                .map(line -> {
                    String[] cells = line.split(",", -1);
                    return "%s,%s,%.9f,%s,%s,%s"
                            .formatted(
                                    cells[0],
                                    cells[1],
                                    Double.parseDouble(cells[2]),
                                    cells[3],
                                    cells[4],
                                    cells[5].equals("1"));
                })
                .toList();
        // Gymnasium lists the actions of a cliff in an order of its own
        assertThat(ours.stream().sorted())
                .containsExactlyElementsOf(theirs.stream().sorted().toList());
    }

    @ParameterizedTest
    @MethodSource("worlds")
    void stepsFollowTheTableAsOftenAsItSays(Recorded recorded) {
        var world = recorded.world;
        Step step = Step.of(world);
        world.reset(new EpisodeRandom(1, 0, 0), step);
        int start = world.starts()[0];
        int draws = 30_000;
        for (int action = 0; action < world.transitions.actions(); action++) {
            double[] expected = new double[world.transitions.states()];
            for (int k = 0; k < world.transitions.outcomes(start, action); k++) {
                int outcome = world.transitions.outcome(start, action, k);
                expected[world.transitions.next(outcome)] += world.transitions.probability(outcome);
            }
            double[] seen = new double[expected.length];
            for (int i = 0; i < draws; i++) {
                world.begin(start, step.clear());
                world.step(Row.of(action), step.clear());
                seen[step.observation().index()] += 1.0 / draws;
            }
            // five standard errors
            assertThat(seen).containsExactly(expected, within(5 * 0.5 / Math.sqrt(draws)));
        }
    }

    @ParameterizedTest
    @MethodSource("worlds")
    void theSameSeedIsTheSameEpisode(Recorded recorded) {
        assertThat(walk(recorded.world, 7)).isEqualTo(walk(recorded.world, 7));
    }

    private static List<Float> walk(Environment world, int seed) {
        var seen = new ArrayList<Float>();
        Step step = Step.of(world);
        var chance = new EpisodeRandom(seed, 1, 0);
        world.reset(new EpisodeRandom(seed, 0, 0), step);
        for (int i = 0; i < 50 && !step.terminated(); i++) {
            seen.add(step.observation().get(0));
            world.step(Row.of(chance.nextInt(world.actionSpace().choices())), step.clear());
        }
        return seen;
    }

    @ParameterizedTest
    @MethodSource("worlds")
    void drawsItselfAndNotTheSameInEveryState(Recorded recorded) {
        Step step = Step.of(recorded.world);
        recorded.world.begin(1, step);
        int one = drawn(recorded.world);
        recorded.world.begin(35 % recorded.world.transitions.states(), step);
        assertThat(drawn(recorded.world)).isNotEqualTo(one);
        recorded.world.begin(1, step);
        assertThat(drawn(recorded.world)).isEqualTo(one);
    }

    private static int drawn(Renderable world) {
        var image = new BufferedImage(120, 90, BufferedImage.TYPE_INT_RGB);
        var canvas = image.createGraphics();
        canvas.setColor(Color.WHITE);
        canvas.fillRect(0, 0, 120, 90);
        world.render(canvas, 120, 90);
        canvas.dispose();
        return Arrays.hashCode(image.getRGB(0, 0, 120, 90, null, 0, 120));
    }

    @ParameterizedTest
    @CsvSource({"FrozenLake-v1,100", "FrozenLake8x8-v1,200", "Taxi-v3,200"})
    void episodesAreCutAtGymnasiumsLimit(String id, int limit) {
        try (Environment world = Environments.make(id)) {
            Step step = Step.of(world);
            int longest = 0;
            for (int episode = 0; episode < 200; episode++) {
                world.reset(new EpisodeRandom(1, 0, episode), step.clear());
                int steps = 0;
                while (!step.truncated() && !step.terminated()) {
                    // up or left, where ice keeps one long
                    world.step(Row.of(id.startsWith("Taxi") ? 1 : 3), step.clear());
                    steps++;
                }
                longest = Math.max(longest, steps);
            }
            assertThat(longest).isEqualTo(limit);
        }
    }

    @Test
    void successRateOutsideOfItsRangeIsRefused() {
        assertThatThrownBy(() -> new FrozenLake(FrozenLake.Lake.FOUR, true, Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("successRate: NaN (expected: 0..1)");
    }

    @Nested
    class OfTaxi {
        @Test
        void masksAreGymnasiumsInEveryState() throws IOException {
            var taxi = new Taxi();
            Step step = Step.of(taxi);
            List<String> masks = lines("taxi-masks").toList();
            assertThat(masks).hasSize(500);
            for (int state = 0; state < 500; state++) {
                taxi.begin(state, step.clear());
                var mask = new StringBuilder().append(state);
                for (int action = 0; action < 6; action++) {
                    mask.append(step.isAllowed(action) ? ",1" : ",0");
                }
                assertThat(mask).hasToString(masks.get(state));
            }
        }

        @Test
        void everyEpisodeBeginsWithARideToMake() {
            assertThat(new Taxi().starts()).hasSize(300);
        }
    }

    @Nested
    class OfBlackjack {
        @Test
        void policiesEarnWhatTheyDoInGymnasium() throws IOException {
            int hands = 200_000;
            float[] rewards = {-1, 0, 1, 1.5f};
            for (String line : lines("blackjack").toList()) {
                String[] cells = line.split(",", -1);
                var game = new Blackjack(Blackjack.Natural.valueOf(cells[0]));
                int threshold = Integer.parseInt(cells[1]);
                double[] often = new double[rewards.length];
                Step step = Step.of(game);
                for (int hand = 0; hand < hands; hand++) {
                    game.reset(new EpisodeRandom(threshold, 0, hand), step.clear());
                    while (!step.terminated()) {
                        game.step(Row.of(step.observation().get(0) < threshold ? 1 : 0), step.clear());
                    }
                    often[Arrays.binarySearch(rewards, step.reward())] += 1.0 / hands;
                }
                for (int i = 0; i < rewards.length; i++) {
                    // four standard errors of the 20,000 recorded hands
                    assertThat(often[i])
                            .as("%s, %s", line, rewards[i])
                            .isCloseTo(Double.parseDouble(cells[2 + i]), within(0.015));
                }
            }
        }

        @ParameterizedTest
        @CsvSource({
            // dealer, player, reward by rule: ordinary, pays half more, wins
            "10 7, 10 8, 1, 1, 1",
            "10 7, 10 7, 0, 0, 0",
            "10 8, 10 7, -1, -1, -1",
            "10 7, 1 10, 1, 1.5, 1",
            "1 10, 10 1, 0, 0, 0",
            "1 10, 10 9, -1, -1, -1",
            "1 6, 10 7, 0, 0, 0"
        })
        void stickingIsDecidedByTheRules(String dealer, String player, float ordinary, float paysHalfMore, float wins) {
            for (var natural : Blackjack.Natural.values()) {
                float expected = switch (natural) {
                    case ORDINARY -> ordinary;
                    case PAYS_HALF_MORE -> paysHalfMore;
                    case WINS -> wins;
                };
                var game = new Blackjack(natural);
                Step step = Step.of(game);
                game.deal(card(dealer, 0), card(dealer, 1), card(player, 0), card(player, 1), step);
                game.step(Row.of(0), step.clear());
                assertThat(step.terminated()).isTrue();
                assertThat(step.reward()).as(natural.name()).isEqualTo(expected);
            }
        }

        @Test
        void anAceCountsElevenUntilThatIsTooMuch() {
            var game = new Blackjack(Blackjack.Natural.WINS);
            Step step = Step.of(game);
            game.deal(1, 10, 1, 1, step);
            assertThat(step.observation().get(0)).isEqualTo(12);
            assertThat(step.observation().get(1)).isEqualTo(1);
            assertThat(step.observation().get(2)).isEqualTo(1);
            game.deal(5, 10, 10, 6, step);
            assertThat(step.observation().get(0)).isEqualTo(16);
            assertThat(step.observation().get(2)).isEqualTo(0);
        }

        @Test
        void drawsTheTable() {
            var game = new Blackjack(Blackjack.Natural.WINS);
            game.deal(1, 10, 10, 5, Step.of(game));
            int fifteen = drawn(game);
            game.deal(1, 10, 10, 6, Step.of(game));
            assertThat(drawn(game)).isNotEqualTo(fifteen);
        }

        private static int card(String hand, int i) {
            return Integer.parseInt(hand.split(" ", -1)[i]);
        }
    }

    private static Stream<String> lines(String name) throws IOException {
        try (var reader = new BufferedReader(
                new InputStreamReader(requireNonNull(ToyTextTest.class.getResourceAsStream(name + ".csv")), UTF_8))) {
            return reader.lines().toList().stream();
        }
    }
}
