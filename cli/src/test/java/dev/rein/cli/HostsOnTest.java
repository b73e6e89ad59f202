package dev.rein.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.server.ServerConfiguration;
import dev.rein.server.backend.HostRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostsOnTest {
    @TempDir
    Path folder;

    private ServerConfiguration usual() {
        return ServerConfiguration.of(folder)
                .withRuntimes(
                        List.of(new HostRuntime("own", List.of("own:*"), List.of(), List.of(), List.of(), Map.of())));
    }

    private Map<String, String> daemon() throws IOException {
        Path socket = folder.resolve("docker.sock");
        if (!Files.exists(socket)) {
            Files.createFile(socket);
        }
        return Map.of("DOCKER_HOST", "unix://" + socket);
    }

    @Test
    void autoKeepsOwnRuntimesAndAddsDockerWhereADaemonIs() throws IOException {
        ServerConfiguration with = HostsOn.AUTO.of(usual(), daemon(), Optional.of("1000:1000"));
        assertThat(with.runtimes()).hasSize(1);
        assertThat(with.docker().orElseThrow().socket()).isEqualTo(folder.resolve("docker.sock"));
        assertThat(with.docker().orElseThrow().user()).contains("1000:1000");
        Map<String, String> none = Map.of("DOCKER_HOST", "unix://" + folder.resolve("none.sock"));
        assertThat(HostsOn.AUTO.of(usual(), none, Optional.empty()).docker()).isEmpty();
        assertThat(HostsOn.AUTO
                        .of(usual(), Map.of("DOCKER_HOST", "tcp://elsewhere:2375"), Optional.empty())
                        .docker())
                .isEmpty();
    }

    @Test
    void dockerTakesEveryImageAndADaemonOfThisMachineOnly() throws IOException {
        ServerConfiguration all = HostsOn.DOCKER.of(usual(), daemon(), Optional.empty());
        assertThat(all.runtimes()).isEmpty();
        assertThat(all.docker()).isPresent();
        assertThatThrownBy(() ->
                        HostsOn.DOCKER.of(usual(), Map.of("DOCKER_HOST", "tcp://elsewhere:2375"), Optional.empty()))
                .hasMessageContaining("tcp://elsewhere:2375")
                .hasMessageContaining("unix://");
    }

    @Test
    void processKnowsNoContainers() throws IOException {
        assertThat(HostsOn.PROCESS.of(usual(), daemon(), Optional.empty()).docker())
                .isEmpty();
        assertThatThrownBy(() -> HostsOn.PROCESS.of(usual(), daemon(), Optional.of("1000:1000")))
                .hasMessageContaining("--container-user");
        assertThatThrownBy(() -> HostsOn.AUTO.of(usual(), daemon(), Optional.of("me")))
                .hasMessageContaining("me")
                .hasMessageContaining("uid:gid");
    }
}
