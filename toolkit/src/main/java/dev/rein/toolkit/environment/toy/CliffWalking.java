package dev.rein.toolkit.environment.toy;

import java.awt.Color;
import java.awt.Graphics2D;

/// CliffWalking-v1: walk along a cliff from its left to its right, going up (0), right (1), down (2) or left (3)
/// (Sutton & Barto 2018, Example 6.6, as Gymnasium implements it:
/// <https://gymnasium.farama.org/environments/toy_text/cliff_walking/>). Reward -1 a step, -100 and back to the
/// start over the cliff; over at the goal, with no limit of steps.
public final class CliffWalking extends TableWorld {
    private static final int ROWS = 4;
    private static final int COLUMNS = 12;
    private static final int ACTIONS = 4;
    private static final int START = (ROWS - 1) * COLUMNS;
    private static final int GOAL = ROWS * COLUMNS - 1;

    /// @param slippery whether a step turns to each side as often as it goes straight on
    public CliffWalking(boolean slippery) {
        super(table(slippery), START);
    }

    private static Transitions table(boolean slippery) {
        var table = new Transitions(ROWS * COLUMNS, ACTIONS);
        for (int state = 0; state < ROWS * COLUMNS; state++) {
            for (int action = 0; action < ACTIONS; action++) {
                if (slippery) {
                    for (int turn = ACTIONS - 1; turn <= ACTIONS + 1; turn++) {
                        add(table, state, action, (action + turn) % ACTIONS, 1.0 / 3);
                    }
                } else {
                    add(table, state, action, action, 1);
                }
            }
        }
        return table;
    }

    private static void add(Transitions table, int state, int action, int direction, double chance) {
        int row = state / COLUMNS;
        int column = state % COLUMNS;
        switch (direction) {
            case 0 -> row = Math.max(row - 1, 0);
            case 1 -> column = Math.min(column + 1, COLUMNS - 1);
            case 2 -> row = Math.min(row + 1, ROWS - 1);
            default -> column = Math.max(column - 1, 0);
        }
        int to = row * COLUMNS + column;
        if (isCliff(to)) {
            table.add(state, action, chance, START, -100, false);
        } else {
            table.add(state, action, chance, to, -1, to == GOAL);
        }
    }

    private static boolean isCliff(int state) {
        return state > START && state < GOAL;
    }

    @Override
    public void render(Graphics2D canvas, int width, int height) {
        var tiles = Tiles.of(canvas, width, height, ROWS, COLUMNS);
        for (int square = 0; square < ROWS * COLUMNS; square++) {
            Color ground = square == GOAL ? new Color(90, 190, 90) : new Color(225, 215, 190);
            tiles.square(square / COLUMNS, square % COLUMNS, isCliff(square) ? new Color(70, 60, 60) : ground);
        }
        tiles.disc(state() / COLUMNS, state() % COLUMNS, 0.6, new Color(200, 60, 60));
    }
}
