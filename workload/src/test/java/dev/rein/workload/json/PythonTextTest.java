package dev.rein.workload.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The fixture was printed by CPython 3.11: `json.dumps`, `repr` and `str` of the same value.
class PythonTextTest {
    static Stream<Json.Obj> values() throws Exception {
        return Files.readAllLines(Path.of("src/test/resources/python-text.jsonl")).stream()
                .map(line -> (Json.Obj) Json.parse(line));
    }

    @ParameterizedTest
    @MethodSource("values")
    void printsWhatPythonPrints(Json.Obj recorded) {
        Json value = Json.parse(recorded.text("json").orElseThrow());

        assertThat(PythonText.dumps(value)).isEqualTo(recorded.text("dumps").orElseThrow());
        assertThat(PythonText.repr(value)).isEqualTo(recorded.text("repr").orElseThrow());
        assertThat(PythonText.str(value)).isEqualTo(recorded.text("str").orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "[1, 2", "007", "1 2", "+INF", "INF", "{'a': 1}", "tru", "\"\u0001\"", "{\"a\":}"})
    void refusesWhatPythonRefuses(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.parse(text));
    }
}
