package dev.rein.toolkit.environment.toy;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.TimeLimit;
import java.awt.Color;
import java.awt.Graphics2D;

/// FrozenLake-v1: cross a frozen lake from start to goal without falling into a hole, going left (0), down (1),
/// right (2) or up (3), as Gymnasium has it. Slippery ice turns a step to either side as often as not
/// (<https://gymnasium.farama.org/environments/toy_text/frozen_lake/>). Reward 1 at the goal, else 0; over there
/// and in a hole.
public final class FrozenLake extends TableWorld {
    /// How likely a step goes where it was meant to on slippery ice, unless said otherwise.
    public static final double SUCCESS_RATE = 1.0 / 3.0;

    private static final int ACTIONS = 4;

    /// The lakes Gymnasium names.
    public enum Lake {
        FOUR("SFFF", "FHFH", "FFFH", "HFFG"),
        EIGHT("SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG");

        private final String squares;
        private final int width;

        Lake(String... rows) {
            squares = String.join("", rows);
            width = rows[0].length();
        }

        private int go(int state, int direction) {
            int row = state / width;
            int column = state % width;
            switch (direction) {
                case 0 -> column = Math.max(column - 1, 0);
                case 1 -> row = Math.min(row + 1, width - 1);
                case 2 -> column = Math.min(column + 1, width - 1);
                default -> row = Math.max(row - 1, 0);
            }
            return row * width + column;
        }

        private boolean ends(int state) {
            return squares.charAt(state) == 'H' || squares.charAt(state) == 'G';
        }
    }

    private final Lake lake;

    /// @param successRate 0..1: how likely a step goes where it was meant to; each side gets half of the rest. Only
    ///     of slippery ice
    public FrozenLake(Lake lake, boolean slippery, double successRate) {
        super(table(lake, slippery, successRate), 0);
        this.lake = lake;
    }

    /// The environment registered as FrozenLake-v1: slippery, 4 by 4, truncated after 100 steps.
    public static Environment v1() {
        return new TimeLimit(new FrozenLake(Lake.FOUR, true, SUCCESS_RATE), 100);
    }

    private static Transitions table(Lake lake, boolean slippery, double successRate) {
        if (!(successRate >= 0 && successRate <= 1)) {
            throw new IllegalArgumentException("successRate: %s (expected: 0..1)".formatted(successRate));
        }
        int states = lake.squares.length();
        var table = new Transitions(states, ACTIONS);
        for (int state = 0; state < states; state++) {
            for (int action = 0; action < ACTIONS; action++) {
                if (lake.ends(state)) {
                    table.add(state, action, 1, state, 0, true);
                } else if (slippery) {
                    for (int turn = ACTIONS - 1; turn <= ACTIONS + 1; turn++) {
                        add(
                                table,
                                lake,
                                state,
                                action,
                                (action + turn) % ACTIONS,
                                turn == ACTIONS ? successRate : (1 - successRate) / 2);
                    }
                } else {
                    add(table, lake, state, action, action, 1);
                }
            }
        }
        return table;
    }

    private static void add(Transitions table, Lake lake, int state, int action, int direction, double chance) {
        int to = lake.go(state, direction);
        table.add(state, action, chance, to, lake.squares.charAt(to) == 'G' ? 1 : 0, lake.ends(to));
    }

    @Override
    public void render(Graphics2D canvas, int width, int height) {
        var tiles = Tiles.of(canvas, width, height, lake.width, lake.width);
        for (int square = 0; square < lake.squares.length(); square++) {
            Color colour = switch (lake.squares.charAt(square)) {
                case 'H' -> new Color(20, 60, 110);
                case 'G' -> new Color(90, 190, 90);
                case 'S' -> new Color(250, 230, 190);
                default -> new Color(205, 230, 245);
            };
            tiles.square(square / lake.width, square % lake.width, colour);
        }
        tiles.disc(state() / lake.width, state() % lake.width, 0.6, new Color(200, 60, 60));
    }
}
