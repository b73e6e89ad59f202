package dev.rein.server.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rein.server.endpoint.EndpointState.Creating;
import dev.rein.server.endpoint.EndpointState.Deleting;
import dev.rein.server.endpoint.EndpointState.Failed;
import dev.rein.server.endpoint.EndpointState.InService;
import dev.rein.server.endpoint.EndpointState.Updating;
import dev.rein.server.objects.S3Uri;
import dev.rein.server.store.Document;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EndpointStateTest {
    private final Deployment first = deployment(1);
    private final Deployment second = deployment(2);

    private static Deployment deployment(int generation) {
        var source = new ModelSource(S3Uri.parse("s3://bucket/model.tar.gz"), true);
        var variant = new Variant(
                "v",
                "m",
                "image:1",
                Map.of("A", "b"),
                Optional.of(source),
                false,
                "ml.m5.large",
                2,
                0.5,
                Duration.ofSeconds(90));
        return new Deployment("config-" + generation, generation, List.of(variant));
    }

    @Test
    void aCreationEndsInServiceOrFailed() {
        assertThat(new Creating(first).ready(first)).isEqualTo(new InService(first, Optional.empty()));
        assertThat(new Creating(first).failed(first, "why")).isEqualTo(new Failed(first, "why"));
        assertThat(new Creating(first).update(second)).isEqualTo(new Creating(first));
    }

    @Test
    void anUpdateEndsInTheNewDeploymentOrTheOldWithTheReason() {
        EndpointState updating = new InService(first, Optional.of("earlier")).update(second);
        assertThat(updating).isEqualTo(new Updating(first, second));
        assertThat(updating.ready(second)).isEqualTo(new InService(second, Optional.empty()));
        assertThat(updating.failed(second, "why")).isEqualTo(new InService(first, Optional.of("why")));
        assertThat(updating.update(deployment(3))).isEqualTo(updating);
    }

    @Test
    void newsOfAnotherDeploymentChangesNothing() {
        EndpointState updating = new Updating(first, second);
        assertThat(updating.ready(first)).isEqualTo(updating);
        assertThat(updating.failed(first, "late")).isEqualTo(updating);
        assertThat(new InService(second, Optional.empty()).failed(first, "late"))
                .isEqualTo(new InService(second, Optional.empty()));
    }

    @Test
    void whatIsBeingDeletedStaysSo() {
        EndpointState deleting = new Updating(first, second).delete();
        assertThat(deleting).isEqualTo(new Deleting(second));
        assertThat(deleting.ready(second)).isEqualTo(deleting);
        assertThat(deleting.failed(second, "why")).isEqualTo(deleting);
        assertThat(deleting.update(first)).isEqualTo(deleting);
        assertThat(deleting.delete()).isEqualTo(deleting);
    }

    @Test
    void everyStateIsReadAsItWasWritten() {
        for (EndpointState state : List.of(
                new Creating(first),
                new InService(first, Optional.of("why")),
                new InService(first, Optional.empty()),
                new Updating(first, second),
                new Failed(first, "why"),
                new Deleting(first))) {
            var endpoint = new Endpoint("e", "arn", "us-west-2", "000000000000", 2, state);
            var document =
                    new Document("endpoint", "e", 1, state.status(), Instant.EPOCH, Instant.EPOCH, endpoint.text());
            assertThat(Endpoint.read(document)).isEqualTo(endpoint);
        }
    }

    @Test
    void sharesFollowTheWeightsWithinAPercentOverAHundredThousand() {
        var routing = new Routing(List.of(
                new Routing.Route("a", 7, List.of()),
                new Routing.Route("b", 0, List.of()),
                new Routing.Route("c", 3, List.of())));
        int a = 0;
        for (int i = 0; i < 100_000; i++) {
            String variant = routing.next().orElseThrow().variant();
            assertThat(variant).isNotEqualTo("b");
            a += variant.equals("a") ? 1 : 0;
        }
        assertThat(a).isBetween(69_900, 70_100);
    }
}
