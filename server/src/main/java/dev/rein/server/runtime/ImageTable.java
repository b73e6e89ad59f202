package dev.rein.server.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which runtime serves which images: lines `image-pattern runtime [NAME=value …]`, the first that matches wins;
/// `#` begins a comment.
///
/// @param rows in their order
record ImageTable(List<Row> rows) {
    /// @param images      a name in which `*` stands for any text
    /// @param runtime     a folder's name
    /// @param environment set for every host
    record Row(String images, String runtime, Map<String, String> environment) {
        Row {
            environment = Map.copyOf(environment);
        }
    }

    ImageTable {
        rows = List.copyOf(rows);
    }

    /// @param tables   those that are there are read, the first one's rows before the next one's
    /// @param runtimes the names there are
    /// @throws IOException naming every line that is wrong
    static ImageTable read(List<Path> tables, List<String> runtimes) throws IOException {
        var rows = new ArrayList<Row>();
        var problems = new ArrayList<String>();
        for (Path table : tables) {
            if (!Files.exists(table)) {
                continue;
            }
            List<String> lines = Files.readAllLines(table);
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i).split("#", 2)[0].strip();
                if (line.isEmpty()) {
                    continue;
                }
                String[] words = line.split("\\s+");
                var environment = new LinkedHashMap<String, String>();
                boolean right = words.length >= 2 && runtimes.contains(words[1]);
                for (int w = 2; w < words.length; w++) {
                    int equals = words[w].indexOf('=');
                    right &= equals > 0;
                    environment.put(words[w].substring(0, Math.max(0, equals)), words[w].substring(equals + 1));
                }
                if (right) {
                    rows.add(new Row(words[0], words[1], environment));
                } else {
                    problems.add("%s:%d: \"%s\" (expected: image-pattern runtime [NAME=value ...], runtime one of %s)"
                            .formatted(table, i + 1, line, runtimes));
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new IOException(String.join("\n", problems));
        }
        return new ImageTable(rows);
    }
}
