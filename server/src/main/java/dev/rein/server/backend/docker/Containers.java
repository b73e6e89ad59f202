package dev.rein.server.backend.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.DeviceRequest;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.RestartPolicy;
import com.github.dockerjava.api.model.Volume;
import dev.rein.server.backend.FileTree;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostSpec;
import dev.rein.server.backend.LaunchException;
import dev.rein.server.backend.machine.Gpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes, starts and removes containers, with what a host may and may not do.
final class Containers {
    private static final Logger log = LoggerFactory.getLogger(Containers.class);
    private static final long PROCESSES = 16_384;
    private static final double NANO = 1e9;

    /// What package managers, web servers and `su` need; no raw sockets, no devices, no mounts.
    private static final Capability[] KEPT = {
        Capability.CHOWN,
        Capability.DAC_OVERRIDE,
        Capability.FOWNER,
        Capability.FSETID,
        Capability.KILL,
        Capability.NET_BIND_SERVICE,
        Capability.SETGID,
        Capability.SETUID
    };

    /// The binary log driver keeps bytes as they are, where `json-file` replaces what is no UTF-8. Limits as high as
    /// they go: a log that rolls over loses its beginning.
    private static final LogConfig LOG =
            new LogConfig(LogConfig.LoggingType.LOCAL, Map.of("max-size", "1000000g", "max-file", "2"));

    private final Engine engine;
    private final Names names;
    private final Optional<String> user;
    private final Gpus gpus;
    private @Nullable Boolean quotas; // guarded by this

    Containers(Engine engine, Names names, Optional<String> user, Gpus gpus) {
        this.engine = engine;
        this.names = names;
        this.user = user;
        this.gpus = gpus;
    }

    /// The host's, there or not.
    Container of(HostId id) {
        return new Container(engine, names.container(id), names.labels(id));
    }

    /// What a container is made from, beside its specification.
    ///
    /// @param network     name of its network; empty for none at all
    /// @param hosts       lines for `/etc/hosts`: `name:address`
    /// @param environment all of it, as it is true inside
    /// @param note        words for the log's beginning, for what cannot be had here
    /// @param gpus        what the daemon is asked for
    /// @param quota       whether the volume's size is enforced
    record Draft(
            HostFolder.Launch launch,
            String network,
            List<String> hosts,
            Map<String, String> environment,
            String note,
            Optional<DeviceRequest> gpus,
            boolean quota) {}

    /// Takes the host's GPUs.
    ///
    /// @param port   where a model server is to listen, or -1
    /// @param inside what a variable's value is there
    Draft draft(HostSpec spec, Place place, int port, UnaryOperator<String> inside) {
        var hosts = new ArrayList<String>();
        for (int n = 0; n < spec.peers().size(); n++) {
            hosts.add(spec.peers().get(n) + ":" + place.addresses().get(n));
        }
        var environment = new TreeMap<String, String>();
        spec.runtime().environment().forEach(environment::put);
        spec.environment().forEach((name, value) -> environment.put(name, inside.apply(value)));
        if (port >= 0) {
            environment.put("SAGEMAKER_BIND_TO_PORT", Integer.toString(port));
        }
        String note = "";
        int wanted = spec.container().gpus();
        boolean some = wanted != 0 && engine.hasGpus();
        if (wanted > 0 && !some) {
            note = "Rein: this Docker Engine has no NVIDIA runtime: the host gets no GPU.\n";
        }
        List<Integer> own = some ? gpus.take(spec.id(), wanted) : List.of();
        if (!own.isEmpty()) {
            note = Gpus.note(wanted, own);
        }
        boolean quota = spec.container().volumeGigabytes() > 0 && hasQuotas();
        var launch = new HostFolder.Launch(
                spec.runtime().name(), place.address(spec), port, note.length(), place.row(), own);
        return new Draft(
                launch,
                place.network(),
                hosts,
                environment,
                note,
                some ? Optional.of(request(wanted, own)) : Optional.empty(),
                quota);
    }

    /// Particular GPUs, or so many of the daemon's choice where this server sees no devices.
    private DeviceRequest request(int wanted, List<Integer> own) {
        var request = new DeviceRequest().withDriver("nvidia").withCapabilities(List.of(List.of("gpu")));
        return own.isEmpty() ? request.withCount(wanted) : request.withDeviceIds(gpus.names(own));
    }

    private synchronized boolean hasQuotas() {
        if (quotas == null) {
            quotas = true;
            if (!engine.hasQuotas()) {
                goWithoutQuotas();
            }
        }
        return quotas;
    }

    /// Says in the log, once, that sizes of volumes are not enforced.
    private synchronized void goWithoutQuotas() {
        if (!Boolean.FALSE.equals(quotas)) {
            log.info("Sizes of volumes are not enforced: Docker's storage driver here has no quotas.");
            quotas = false;
        }
    }

    /// @throws LaunchException if the image is missing or without the program
    void start(HostSpec spec, Path ml, Draft draft) throws LaunchException, IOException {
        String image = spec.runtime().name();
        CreateContainerCmd create = engine.client()
                .createContainerCmd(image)
                .withName(names.container(spec.id()))
                .withHostName(spec.id().name())
                .withLabels(names.labels(spec.id()))
                .withEnv(draft.environment().entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .toList())
                .withHostConfig(limits(spec, ml, draft));
        if (!draft.launch().address().isEmpty()) {
            create.withIpv4Address(draft.launch().address());
            if (draft.launch().row() == null) { // others that share a network have hosts of the same names
                create.withAliases(spec.id().name());
            }
        }
        if (spec.container().replacesEntryPoint()) {
            create.withEntrypoint(spec.command());
        } else {
            create.withCmd(spec.command());
        }
        String container;
        try {
            runAs(image, ml).ifPresent(create::withUser);
            container = make(create, draft.quota());
        } catch (NotFoundException e) {
            throw LaunchException.ofCaller(
                    "image \"%s\" is no longer on this machine: %s".formatted(image, engine.words(e)), e);
        }
        try {
            engine.client().startContainerCmd(container).exec();
        } catch (DockerException e) {
            String words = engine.words(e);
            if (words.contains("exec:") || words.contains("executable file not found")) {
                throw LaunchException.ofCaller(
                        ("image \"%s\" cannot run %s: %s (expected: an image made for SageMaker, whose entry point, or "
                                        + "else the PATH, has the programs train, for jobs, and serve, for endpoints)")
                                .formatted(image, spec.command(), words),
                        e);
            }
            throw e;
        }
    }

    /// @param quota whether a size of its volume is asked for, which xfs has only if it is mounted so
    /// @return its id
    private String make(CreateContainerCmd create, boolean quota) {
        try {
            return create.exec().getId();
        } catch (DockerException e) {
            HostConfig limits = create.getHostConfig();
            if (!quota || limits == null || !engine.words(e).contains("storage-opt")) {
                throw e;
            }
            goWithoutQuotas();
            limits.withStorageOpt(null);
            return create.exec().getId();
        }
    }

    /// What a container may have and do.
    HostConfig limits(HostSpec spec, Path ml, Draft draft) {
        HostConfig limits = HostConfig.newHostConfig()
                .withBinds(new Bind(ml.toString(), new Volume("/opt/ml")))
                .withNetworkMode(draft.network().isEmpty() ? "none" : draft.network())
                .withExtraHosts(draft.hosts().toArray(String[]::new))
                .withNanoCPUs(Math.round(spec.cpus() * NANO))
                .withMemory(spec.memoryBytes())
                .withMemorySwap(spec.memoryBytes())
                .withShmSize(spec.memoryBytes() / 2)
                .withPidsLimit(PROCESSES)
                .withCapDrop(Capability.ALL)
                .withCapAdd(KEPT)
                .withSecurityOpts(List.of("no-new-privileges"))
                .withRestartPolicy(RestartPolicy.noRestart())
                .withLogConfig(LOG);
        draft.gpus().ifPresent(request -> limits.withDeviceRequests(List.of(request)));
        if (draft.quota()) {
            limits.withStorageOpt(Map.of("size", spec.container().volumeGigabytes() + "G"));
        }
        return limits;
    }

    /// As whom it runs, with its `/opt/ml` made that user's.
    ///
    /// @return empty for the image's own user
    private Optional<String> runAs(String image, Path ml) throws IOException {
        int server = (Integer) Files.getAttribute(ml, "unix:uid");
        if (server != 0) {
            String own = server + ":" + Files.getAttribute(ml, "unix:gid");
            if (user.isPresent() && !user.get().equals(own)) {
                throw new IOException("container user: %s (expected: %s, the server's own, since it is not root)"
                        .formatted(user.get(), own));
            }
            return Optional.of(own);
        }
        if (user.isPresent()) {
            FileTree.give(ml, Integer.parseInt(user.get().split(":", 2)[0]));
            return user;
        }
        var configuration = engine.client().inspectImageCmd(image).exec().getConfig();
        String own = configuration == null || configuration.getUser() == null ? "" : configuration.getUser();
        if (!own.isEmpty() && !own.equals("root") && !own.matches("0(:.*)?")) {
            FileTree.open(ml); // its number is known inside the image only
        }
        return Optional.empty();
    }

    /// Removes those that were made for a host that nobody wants. One that the daemon does not let go of stays until
    /// the next time.
    ///
    /// @param wanted names of containers
    void removeAllBut(Set<String> wanted) {
        for (var found : engine.client()
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(names.labels())
                .exec()) {
            for (String path : found.getNames()) {
                String name = path.substring(1);
                if (!wanted.contains(name) && names.madeForAHost(found.getLabels(), name)) {
                    log.warn("removing container {}: it belongs to no host", name);
                    try {
                        new Container(engine, name, found.getLabels()).remove();
                    } catch (DockerException e) {
                        log.warn("container {} is left: {}", name, engine.words(e));
                    }
                }
            }
        }
    }
}
