package dev.rein.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LastLinesTest {
    private static final String WORDS = "ExecuteUserScriptError:%nExitCode 1%nErrorMessage \"NaN\"".formatted();

    private final LastLines shown = new LastLines();

    @Test
    void wordsThatWereSeenAreNotToldAgainAndTheHostIsStillNamed() {
        WORDS.lines().forEach(shown::add);
        assertThat(shown.newsOf("AlgorithmError: Host algo-2: " + WORDS + ", exit code: 1"))
                .isEqualTo("AlgorithmError: Host algo-2, exit code: 1. The end of its log, above, says why.");
    }

    @Test
    void wordsThatWereCutCountAsSeen() {
        WORDS.lines().forEach(shown::add);
        assertThat(shown.newsOf("AlgorithmError: " + WORDS.substring(0, WORDS.length() - 4) + ", exit code: 1"))
                .startsWith("AlgorithmError, exit code: 1");
    }

    @Test
    void wordsThatWereNotSeenAreTold() {
        shown.add("ExecuteUserScriptError:");
        String reason = "AlgorithmError: " + WORDS + ", exit code: 1";
        assertThat(shown.newsOf(reason)).isEqualTo(reason);
        assertThat(shown.newsOf("ClientError: no image")).isEqualTo("ClientError: no image");
    }
}
