package dev.rein.workload.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rein.toolkit.distribution.Distribution;
import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Dict;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.MultiBinary;
import dev.rein.toolkit.environment.MultiDiscrete;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Tuple;
import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Sequential;
import dev.rein.toolkit.policy.Policy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A car whose policy does not look: it takes gear 2 of 4, aims at 0.25, and puts on the second of two lights.
class PolicyServingTest {
    private static final Space SEEN = Dict.of("surface", new Discrete(3))
            .with("speed", Box.of(0, 90, 2))
            .with("inside", Tuple.of(new MultiDiscrete(2, 2), new MultiBinary(1)));
    private static final Space DONE = Dict.of("gear", new Discrete(4))
            .with("aim", Box.of(-1, 1, 1))
            .with("inside", Tuple.of(new MultiBinary(2), new MultiDiscrete(2, 3)));
    private static final String CAR = "{\"surface\":2,\"speed\":[3,4.5],\"inside\":[[0,1],[1]]}";
    private static final String ACTION = "{\"gear\":2,\"aim\":[0.25],\"inside\":[[0,1],[1,2]]}";

    @TempDir
    Path folder;

    private ModelServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void serve() throws Exception {
        Sequential network = Sequential.mlp(Activation.TANH, Activation.IDENTITY, SEEN.features(), 12);
        float[] bias = {0, 0, 9, 8, 0.25f, -1, 1, 0, 1, 0, 0, 1};
        System.arraycopy(bias, 0, network.parameters(), network.parameters().length - bias.length, bias.length);
        new Policy(SEEN, DONE, network, Distribution.of(DONE), null).save(folder.resolve("policy.rein"));
        server = ModelServer.start(new ModelServer.Options(folder, "127.0.0.1", 0, 1 << 20, "application/json"));
    }

    @AfterEach
    void close() {
        server.close();
        client.close();
    }

    private String answer(String body) throws IOException, InterruptedException {
        return answer(body, "application/json", "application/json");
    }

    private String answer(String body, String contentType, String accept) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/invocations"))
                .POST(BodyPublishers.ofString(body))
                .header("Content-Type", contentType)
                .header("Accept", accept)
                .build();
        return client.send(request, BodyHandlers.ofString()).body();
    }

    @Test
    void partsComeAndGoByTheirNames() throws Exception {
        assertThat(answer("{\"observation\":" + CAR + "}")).isEqualTo("{\"action\":" + ACTION + "}");
        assertThat(answer("{\"observation\":{\"inside\":[[0,1],[1]],\"speed\":[3,4.5],\"surface\":2}}"))
                .as("in any order")
                .isEqualTo("{\"action\":" + ACTION + "}");
        assertThat(answer("{\"instances\":[" + CAR + "," + CAR + "]}"))
                .isEqualTo("{\"predictions\":[" + ACTION + "," + ACTION + "]}");
        assertThat(answer("[" + CAR + "]")).isEqualTo("{\"actions\":[" + ACTION + "]}");
    }

    @Test
    void otherTypesHoldTheRowOfTheLayout() throws Exception {
        assertThat(answer("2,3,4.5,0,1,1", "text/csv", "text/csv")).isEqualTo("2,0.25,0,1,1,2\n");
    }

    @Test
    void aMaskedChoiceIsNotTaken() throws Exception {
        String gear = "[[true,true,false,true],[1,1],[1,1,1]]";
        assertThat(answer("{\"observation\":" + CAR + ",\"mask\":" + gear + "}"))
                .contains("{\"gear\":3,");
        assertThat(answer("{\"masks\":[" + gear + ",[0,1,0,0,1,0,1,0,0]],\"observations\":[" + CAR + "," + CAR + "]}"))
                .isEqualTo("{\"actions\":[" + ACTION.replace("\"gear\":2", "\"gear\":3") + ","
                        + "{\"gear\":1,\"aim\":[0.25],\"inside\":[[0,1],[0,0]]}]}");
    }

    @Test
    void masksThatAllowNothingOrDoNotFitAreRefused() throws Exception {
        assertThat(answer("{\"observation\":" + CAR + ",\"mask\":[0,0,0,0,1,1,1,1,1]}"))
                .contains("mask: all 4 actions of part 0 are forbidden (expected: at least one allowed)");
        assertThat(answer("{\"observation\":" + CAR + ",\"mask\":[1,1]}"))
                .contains("mask: 2 truths (expected: 9, one for each choice)");
        assertThat(answer("{\"observation\":" + CAR + ",\"masks\":[]}")).isEqualTo("{\"action\":" + ACTION + "}");
        assertThat(answer("{\"observations\":[" + CAR + "," + CAR + "],\"mask\":[1,1,1,1,1,1,1,1,1]}"))
                .contains("masks: 1 (expected: 2, one for each observation)");
    }

    @Test
    void drawsByTheSeedWhereAskedTo() throws Exception {
        Set<String> drawn = new HashSet<>();
        for (int seed = 0; seed < 20; seed++) {
            String body = "{\"observation\":" + CAR + ",\"deterministic\":false,\"seed\":" + seed + "}";
            String first = answer(body);
            assertThat(answer(body)).isEqualTo(first);
            drawn.add(first);
        }
        assertThat(drawn).hasSizeGreaterThan(10);
    }

    @Test
    void whatDoesNotFitIsToldByItsPlace() throws Exception {
        assertThat(answer("{\"observation\":" + CAR.replace(":2,", ":3,") + "}"))
                .contains("observation 0: in \\\"surface\\\" it is 3.0 (expected: a whole number of 0..2)");
        assertThat(answer("{\"observation\":" + CAR.replace("[3,4.5]", "[3]") + "}"))
                .contains("observation.speed: 1 values (expected: 2)");
        assertThat(answer("{\"observation\":" + CAR.replace(",[1]]", "]") + "}"))
                .contains("observation.inside: 1 parts (expected: 2)");
        assertThat(answer("{\"observation\":{\"surface\":2}}")).contains("member \\\"speed\\\" is missing");
        assertThat(answer("{\"observation\":{\"surfaces\":2}}"))
                .contains(
                        "observation: member \\\"surfaces\\\" is unknown (expected: surface, speed, inside, each once)");
        assertThat(answer("{\"observation\":[2,3,4.5,0,1,1]}"))
                .contains("observation: a list (expected: an object with surface, speed, inside)");
    }
}
