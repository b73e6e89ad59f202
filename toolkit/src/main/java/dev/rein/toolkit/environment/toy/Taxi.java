package dev.rein.toolkit.environment.toy;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.TimeLimit;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.stream.IntStream;

/// Taxi-v3 (and v4, which differs in options alone): fetch a passenger from one of four places and take them to
/// another, going down (0), up (1), right (2) or left (3), picking up (4) and setting down (5) (Dietterich 2000, as
/// Gymnasium implements it: <https://gymnasium.farama.org/environments/toy_text/taxi/>). Reward 20 for the ride,
/// -10 for picking up or setting down where it cannot be, else -1. The mask allows what changes the state.
public final class Taxi extends TableWorld {
    private static final int ACTIONS = 6;
    private static final int SIDE = 5;
    private static final int PLACES = 4;
    /// Where the passenger is when riding.
    private static final int INSIDE = PLACES;
    private static final int STATES = SIDE * SIDE * (PLACES + 1) * PLACES;
    /// Squares `row * 5 + column` of the places, red, green, yellow and blue.
    private static final int[] PLACE = {0, 4, 20, 23};

    private static final Color[] COLOURS = {
        new Color(220, 60, 60), new Color(60, 170, 60), new Color(220, 190, 40), new Color(60, 80, 200)
    };
    /// Whether the way right from a square is open (`:`) or walled (`|`), row by row.
    private static final String[] RIGHT = {":|::|", ":|::|", "::::|", "|:|:|", "|:|:|"};

    public Taxi() {
        super(table(), IntStream.range(0, STATES).filter(Taxi::begins).toArray());
    }

    /// The environment registered as Taxi-v3: truncated after 200 steps.
    public static Environment v3() {
        return new TimeLimit(new Taxi(), 200);
    }

    private static boolean begins(int state) {
        return passenger(state) != INSIDE && passenger(state) != destination(state);
    }

    private static int square(int state) {
        return state / ((PLACES + 1) * PLACES);
    }

    private static int passenger(int state) {
        return state / PLACES % (PLACES + 1);
    }

    private static int destination(int state) {
        return state % PLACES;
    }

    private static int state(int square, int passenger, int destination) {
        return (square * (PLACES + 1) + passenger) * PLACES + destination;
    }

    /// The place on a square, or -1.
    private static int placeAt(int square) {
        for (int place = 0; place < PLACES; place++) {
            if (PLACE[place] == square) {
                return place;
            }
        }
        return -1;
    }

    private static boolean openRight(int square) {
        return RIGHT[square / SIDE].charAt(square % SIDE) == ':';
    }

    private static int drive(int square, int direction) {
        return switch (direction) {
            case 0 -> square / SIDE < SIDE - 1 ? square + SIDE : square;
            case 1 -> square / SIDE > 0 ? square - SIDE : square;
            case 2 -> openRight(square) ? square + 1 : square;
            default -> square % SIDE > 0 && openRight(square - 1) ? square - 1 : square;
        };
    }

    private static Transitions table() {
        var table = new Transitions(STATES, ACTIONS);
        for (int state = 0; state < STATES; state++) {
            int square = square(state);
            int passenger = passenger(state);
            int destination = destination(state);
            for (int direction = 0; direction < 4; direction++) {
                int to = drive(square, direction);
                table.add(state, direction, 1, state(to, passenger, destination), -1, false);
            }
            if (canPickUp(square, passenger)) {
                table.add(state, 4, 1, state(square, INSIDE, destination), -1, false);
            } else {
                table.add(state, 4, 1, state, -10, false);
            }
            if (canSetDown(square, passenger)) {
                int place = placeAt(square);
                boolean there = place == destination;
                table.add(state, 5, 1, state(square, place, destination), there ? 20 : -1, there);
            } else {
                table.add(state, 5, 1, state, -10, false);
            }
        }
        return table;
    }

    private static boolean canPickUp(int square, int passenger) {
        return passenger != INSIDE && PLACE[passenger] == square;
    }

    private static boolean canSetDown(int square, int passenger) {
        return passenger == INSIDE && placeAt(square) >= 0;
    }

    @Override
    public boolean masksActions() {
        return true;
    }

    @Override
    void mask(Step step) {
        int square = square(state());
        for (int direction = 0; direction < 4; direction++) {
            step.allow(direction, drive(square, direction) != square);
        }
        step.allow(4, canPickUp(square, passenger(state())));
        step.allow(5, canSetDown(square, passenger(state())));
    }

    @Override
    public void render(Graphics2D canvas, int width, int height) {
        var tiles = Tiles.of(canvas, width, height, SIDE, SIDE);
        for (int square = 0; square < SIDE * SIDE; square++) {
            int place = placeAt(square);
            int row = square / SIDE;
            tiles.square(row, square % SIDE, place < 0 ? new Color(215, 215, 205) : COLOURS[place]);
            if (square % SIDE < SIDE - 1 && !openRight(square)) {
                canvas.setColor(Color.BLACK);
                double x = (square % SIDE + 1) * tiles.size();
                canvas.fill(new Rectangle2D.Double(
                        x - tiles.size() / 20, row * tiles.size(), tiles.size() / 10, tiles.size()));
            }
        }
        int passenger = passenger(state());
        int taxi = square(state());
        tiles.disc(taxi / SIDE, taxi % SIDE, 0.8, passenger == INSIDE ? new Color(250, 160, 30) : Color.WHITE);
        int waiting = passenger == INSIDE ? taxi : PLACE[passenger];
        tiles.disc(waiting / SIDE, waiting % SIDE, 0.4, Color.BLACK);
        int goal = PLACE[destination(state())];
        tiles.disc(goal / SIDE, goal % SIDE, 0.2, Color.MAGENTA);
    }
}
