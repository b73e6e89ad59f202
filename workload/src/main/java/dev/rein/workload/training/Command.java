package dev.rein.workload.training;

import java.util.List;

/// A command line.
///
/// @param words what is run, without a shell in between
/// @param shown what the user is told was run
record Command(List<String> words, String shown) {
    Command {
        words = List.copyOf(words);
    }

    static Command of(List<String> words) {
        return new Command(words, String.join(" ", words));
    }
}
