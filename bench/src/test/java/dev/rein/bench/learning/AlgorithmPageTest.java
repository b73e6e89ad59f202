package dev.rein.bench.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AlgorithmPageTest {
    static Set<String> algorithms() {
        return Learner.names();
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void everyAlgorithmHasAPageThatTellsItsHyperparametersAsTheyAre(String algorithm) throws IOException {
        var page = new AlgorithmPage(
                Path.of("..", "docs", "algorithms"), Path.of("..", "toolkit", "src", "main", "java"), algorithm);
        String table = page.hyperParameters(Learner.of(algorithm).base());
        assertThat(table).doesNotContain("|  |\n");
        assertThat(page.text())
                .as("docs/algorithms/%s.md; `bench/learning report` writes the table anew", algorithm)
                .contains("<!-- hyperparameters -->\n" + table + "<!-- /hyperparameters -->");
    }

    @Test
    void aPageWithoutThePartSaysSo() {
        assertThatThrownBy(() -> AlgorithmPage.filled("# Page", "results", "none"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no part \"results\"");
    }
}
