package dev.rein.bench.learning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// One question of the table: does this algorithm learn this environment within this many steps?
///
/// @param algorithm   a name of [Learner]
/// @param environment Gymnasium's id
/// @param steps       budget of a seed, environment steps
/// @param bar         what the interquartile mean of the final returns has to reach
/// @param seeds       how many are trained: seeds 1 to this number; 0 for a cell that is listed, not run
/// @param reason      why it has fewer than ten seeds, or none; else empty
record Cell(String algorithm, String environment, long steps, double bar, int seeds, String reason) {
    private static final int COLUMNS = 5;

    /// Reads the table: `algorithm environment steps bar seeds [reason …]` a line; `#` begins a comment.
    ///
    /// @throws IllegalArgumentException naming every line that is wrong
    static List<Cell> read(Path table) throws IOException {
        List<Cell> cells = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        List<String> lines = Files.readAllLines(table);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                cells.add(of(line));
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                problems.add("%s:%d: %s (expected: algorithm environment steps bar seeds [reason])"
                        .formatted(table.getFileName(), i + 1, line));
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        return cells;
    }

    private static Cell of(String line) {
        String[] words = line.split(" +", COLUMNS + 1);
        return new Cell(
                words[0],
                words[1],
                Long.parseLong(words[2]),
                Double.parseDouble(words[3]),
                Integer.parseInt(words[4]),
                words.length > COLUMNS ? words[COLUMNS] : "");
    }

    /// `ppo_CartPole-v1`: what its files are called.
    String name() {
        return algorithm + "_" + environment.replace('/', '-');
    }
}
