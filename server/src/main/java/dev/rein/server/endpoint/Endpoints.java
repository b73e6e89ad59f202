package dev.rein.server.endpoint;

import static java.util.Objects.requireNonNull;

import dev.rein.server.backend.Backend;
import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostRuntime;
import dev.rein.server.http.Invocation;
import dev.rein.server.http.InvocationHandler;
import dev.rein.server.logs.LogFollower;
import dev.rein.server.objects.ObjectStore;
import dev.rein.server.store.Document;
import dev.rein.server.store.DocumentPage;
import dev.rein.server.store.DocumentQuery;
import dev.rein.server.store.Documents;
import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.Caller;
import dev.rein.server.wire.Operations;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sagemaker.model.CreateEndpointRequest;
import software.amazon.awssdk.services.sagemaker.model.CreateEndpointResponse;
import software.amazon.awssdk.services.sagemaker.model.DeleteEndpointRequest;
import software.amazon.awssdk.services.sagemaker.model.DeleteEndpointResponse;
import software.amazon.awssdk.services.sagemaker.model.DeployedImage;
import software.amazon.awssdk.services.sagemaker.model.DeploymentConfig;
import software.amazon.awssdk.services.sagemaker.model.DescribeEndpointConfigResponse;
import software.amazon.awssdk.services.sagemaker.model.DescribeEndpointRequest;
import software.amazon.awssdk.services.sagemaker.model.DescribeEndpointResponse;
import software.amazon.awssdk.services.sagemaker.model.EndpointSummary;
import software.amazon.awssdk.services.sagemaker.model.ListEndpointsRequest;
import software.amazon.awssdk.services.sagemaker.model.ListEndpointsResponse;
import software.amazon.awssdk.services.sagemaker.model.ProductionVariantStatus;
import software.amazon.awssdk.services.sagemaker.model.ProductionVariantSummary;
import software.amazon.awssdk.services.sagemaker.model.TrafficRoutingConfigType;
import software.amazon.awssdk.services.sagemaker.model.UpdateEndpointRequest;
import software.amazon.awssdk.services.sagemaker.model.UpdateEndpointResponse;
import software.amazon.awssdk.services.sagemaker.model.UpdateEndpointWeightsAndCapacitiesRequest;
import software.amazon.awssdk.services.sagemaker.model.UpdateEndpointWeightsAndCapacitiesResponse;
import software.amazon.awssdk.services.sagemaker.model.VariantProperty;
import software.amazon.awssdk.services.sagemaker.model.VariantStatus;

/// Models, endpoint configurations and endpoints: their operations, what runs because of them, and invocations.
/// Safe for any number of threads.
///
/// The order of use is [#register], [#resume] once everything else is up, and at the end [#close], which leaves
/// replicas running: they outlive the server, and [#resume] of the next one finds them.
public final class Endpoints implements InvocationHandler, AutoCloseable {
    /// Counting replicas from the seconds since then keeps their names, and so their log streams, apart.
    private static final long NUMBERS_SINCE = 1_700_000_000L;

    private final Documents documents;
    private final Backend backend;
    private final ServingSettings settings;
    private final Clock clock;
    private final Shelf shelf;
    private final Models models;
    private final EndpointConfigs configs;
    private final ReplicaLauncher launcher;
    private final Dispatcher dispatcher;
    private final Map<String, Fleet> fleets = new ConcurrentHashMap<>();

    /// @param runtimes what can serve; those without a serving command are passed over
    public Endpoints(
            Documents documents,
            ObjectStore objects,
            Backend backend,
            LogFollower logs,
            List<HostRuntime> runtimes,
            ServingSettings settings,
            Clock clock) {
        this.documents = requireNonNull(documents, "documents");
        this.backend = requireNonNull(backend, "backend");
        this.settings = requireNonNull(settings, "settings");
        this.clock = requireNonNull(clock, "clock");
        this.shelf = new Shelf(Noun.ENDPOINT, documents);
        this.models = new Models(documents, objects, runtimes, clock);
        this.configs = new EndpointConfigs(documents, models, clock);
        this.launcher =
                new ReplicaLauncher(backend, logs, runtimes, new ModelFiles(objects, settings.work()), settings);
        this.dispatcher = new Dispatcher(settings);
    }

    public void register(Operations operations) {
        models.register(operations);
        configs.register(operations);
        operations.on("sagemaker", "CreateEndpoint", CreateEndpointRequest::builder, this::create);
        operations.on("sagemaker", "DescribeEndpoint", DescribeEndpointRequest::builder, this::describe);
        operations.on("sagemaker", "ListEndpoints", ListEndpointsRequest::builder, this::list);
        operations.on("sagemaker", "DeleteEndpoint", DeleteEndpointRequest::builder, this::delete);
        operations.on("sagemaker", "UpdateEndpoint", UpdateEndpointRequest::builder, this::update);
        operations.on(
                "sagemaker",
                "UpdateEndpointWeightsAndCapacities",
                UpdateEndpointWeightsAndCapacitiesRequest::builder,
                this::updateCapacities);
    }

    /// Takes up every remembered endpoint: finds the replicas an earlier server left running, starts those that are
    /// missing, ends those nobody wants. Returns at once; the work goes on behind.
    public void resume() {
        Map<String, Map<ReplicaName, Host>> found = new HashMap<>();
        for (HostId id : backend.known()) {
            ReplicaName.endpoint(id)
                    .ifPresent(endpoint -> backend.find(id)
                            .ifPresent(host -> ReplicaName.of(id)
                                    .ifPresent(name -> found.computeIfAbsent(endpoint, _ -> new HashMap<>())
                                            .put(name, host))));
        }
        var query = new DocumentQuery(
                Noun.ENDPOINT.kind(),
                null,
                null,
                null,
                null,
                null,
                null,
                DocumentQuery.Order.CREATED,
                false,
                1000,
                null);
        DocumentPage page;
        do {
            page = documents.list(query);
            for (Document document : page.documents()) {
                var hosts = Optional.ofNullable(found.remove(document.name())).orElse(Map.of());
                run(Endpoint.read(document), hosts);
            }
            query = query.from(page.next());
        } while (page.next().isPresent());
        found.values().forEach(orphans -> orphans.values().forEach(launcher::end));
    }

    @Override
    public void invoke(Invocation invocation, Answer answer) throws IOException {
        Fleet fleet = fleets.get(invocation.endpoint());
        if (fleet == null) {
            throw Dispatcher.notFound(invocation);
        }
        dispatcher.invoke(fleet, invocation, answer);
    }

    /// Leaves the replicas running and returns when nothing watches them any more.
    @Override
    public void close() {
        boolean interrupted = false;
        for (Fleet fleet : fleets.values()) {
            try {
                fleet.leave();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        fleets.clear();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Endpoint endpoint, Map<ReplicaName, Host> hosts) {
        int firstNumber = (int) (clock.instant().getEpochSecond() - NUMBERS_SINCE);
        var fleet = new Fleet(
                endpoint,
                hosts,
                firstNumber,
                documents,
                launcher,
                settings,
                gone -> fleets.remove(endpoint.name(), gone));
        fleets.put(endpoint.name(), fleet);
        fleet.start();
    }

    private CreateEndpointResponse create(CreateEndpointRequest request, Caller caller) {
        checkDeployment(request.deploymentConfig());
        String name = request.endpointName();
        String arn = shelf.arn(caller, name);
        Deployment target = resolve(caller, request.endpointConfigName(), 1);
        var endpoint =
                new Endpoint(name, arn, caller.region(), caller.account(), 1, new EndpointState.Creating(target));
        shelf.insert(name, arn, endpoint.state().status(), endpoint.text(), request.tags());
        run(endpoint, Map.of());
        return CreateEndpointResponse.builder().endpointArn(arn).build();
    }

    private DescribeEndpointResponse describe(DescribeEndpointRequest request, Caller caller) {
        Document document = shelf.get(caller, request.endpointName());
        Endpoint endpoint = Endpoint.read(document);
        EndpointState state = endpoint.state();
        Deployment shown = state.current().orElseGet(state::latest);
        var failure = switch (state) {
            case EndpointState.Failed failed -> failed.reason();
            case EndpointState.InService inService -> inService.failure().orElse(null);
            case EndpointState.Creating _, EndpointState.Updating _, EndpointState.Deleting _ -> null;
        };
        var response = DescribeEndpointResponse.builder()
                .endpointName(endpoint.name())
                .endpointArn(endpoint.arn())
                .endpointConfigName(shown.config())
                .endpointStatus(state.status())
                .failureReason(failure)
                .creationTime(document.created())
                .lastModifiedTime(document.modified());
        if (!(state instanceof EndpointState.Failed)) {
            response.productionVariants(summaries(endpoint, shown, document));
        }
        return response.build();
    }

    private List<ProductionVariantSummary> summaries(Endpoint endpoint, Deployment shown, Document document) {
        Deployment latest = endpoint.state().latest();
        Optional<Fleet> fleet = Optional.ofNullable(fleets.get(endpoint.name()));
        return IntStream.range(0, shown.variants().size())
                .mapToObj(i -> {
                    Variant variant = shown.variants().get(i);
                    Variant wanted = latest.variant(variant.name()).orElse(variant);
                    return ProductionVariantSummary.builder()
                            .variantName(variant.name())
                            .deployedImages(List.of(DeployedImage.builder()
                                    .specifiedImage(variant.image())
                                    .resolvedImage(variant.image())
                                    .resolutionTime(document.created())
                                    .build()))
                            .currentWeight((float) variant.weight())
                            .desiredWeight((float) wanted.weight())
                            .currentInstanceCount(
                                    fleet.map(running -> running.up(shown, i)).orElse(0))
                            .desiredInstanceCount(wanted.replicas())
                            .variantStatus(fleet.flatMap(running -> running.doing(latest, variant.name()))
                                    .map(words -> List.of(ProductionVariantStatus.builder()
                                            .status(
                                                    latest.equals(shown)
                                                            ? VariantStatus.CREATING
                                                            : VariantStatus.UPDATING)
                                            .statusMessage(words)
                                            .build()))
                                    .orElse(null))
                            .build();
                })
                .toList();
    }

    private ListEndpointsResponse list(ListEndpointsRequest request, Caller caller) {
        DocumentPage page = shelf.list(
                new Shelf.Filter(
                        request.nameContains(),
                        request.statusEqualsAsString(),
                        request.creationTimeAfter(),
                        request.creationTimeBefore(),
                        request.lastModifiedTimeAfter(),
                        request.lastModifiedTimeBefore()),
                new Shelf.Sheet(
                        request.sortByAsString(),
                        request.sortOrderAsString(),
                        request.maxResults(),
                        request.nextToken()));
        return ListEndpointsResponse.builder()
                .endpoints(page.documents().stream()
                        .map(document -> EndpointSummary.builder()
                                .endpointName(document.name())
                                .endpointArn(shelf.arn(caller, document.name()))
                                .endpointStatus(document.status())
                                .creationTime(document.created())
                                .lastModifiedTime(document.modified())
                                .build())
                        .toList())
                .nextToken(page.next().orElse(null))
                .build();
    }

    /// In every state: a creation that hangs can be given up, and asking twice is harmless.
    private DeleteEndpointResponse delete(DeleteEndpointRequest request, Caller caller) {
        change(caller, request.endpointName(), EndpointState::delete);
        return DeleteEndpointResponse.builder().build();
    }

    private UpdateEndpointResponse update(UpdateEndpointRequest request, Caller caller) {
        checkDeployment(request.deploymentConfig());
        Endpoint endpoint = Endpoint.read(shelf.get(caller, request.endpointName()));
        Deployment resolved = resolve(caller, request.endpointConfigName(), endpoint.generation() + 1);
        Deployment target = Boolean.TRUE.equals(request.retainAllVariantProperties())
                ? retained(resolved, endpoint.state().latest(), request.excludeRetainedVariantProperties())
                : resolved;
        change(caller, endpoint.name(), state -> {
            requireInService(endpoint, state);
            return state.update(target);
        });
        return UpdateEndpointResponse.builder().endpointArn(endpoint.arn()).build();
    }

    private UpdateEndpointWeightsAndCapacitiesResponse updateCapacities(
            UpdateEndpointWeightsAndCapacitiesRequest request, Caller caller) {
        Endpoint endpoint = Endpoint.read(shelf.get(caller, request.endpointName()));
        change(caller, endpoint.name(), state -> {
            requireInService(endpoint, state);
            return state.update(Capacities.apply(request.desiredWeightsAndCapacities(), state.latest()));
        });
        return UpdateEndpointWeightsAndCapacitiesResponse.builder()
                .endpointArn(endpoint.arn())
                .build();
    }

    private static void requireInService(Endpoint endpoint, EndpointState state) {
        if (state instanceof EndpointState.Failed) {
            throw ApiException.validation(
                    "Cannot update endpoint \"%s\" in status Failed. Delete it and create it anew."
                            .formatted(endpoint.arn()));
        }
        if (!(state instanceof EndpointState.InService)) {
            throw ApiException.validation("Cannot update in-progress endpoint \"%s\".".formatted(endpoint.arn()));
        }
    }

    private void change(Caller caller, String name, UnaryOperator<EndpointState> transition) {
        if (documents
                .update(Noun.ENDPOINT.kind(), name, document -> Endpoint.change(document, transition))
                .isEmpty()) {
            throw shelf.missing(caller, name);
        }
        Optional.ofNullable(fleets.get(name)).ifPresent(Fleet::changed);
    }

    private Deployment resolve(Caller caller, String configName, int generation) {
        DescribeEndpointConfigResponse config = configs.get(caller, configName);
        boolean isolated = Boolean.TRUE.equals(config.enableNetworkIsolation());
        return new Deployment(
                configName,
                generation,
                config.productionVariants().stream()
                        .map(variant -> Variant.of(variant, models.get(caller, variant.modelName()), isolated))
                        .toList());
    }

    /// Weights and counts of the running variants, for those of the same name.
    private static Deployment retained(Deployment target, Deployment running, List<VariantProperty> excluded) {
        List<String> names = excluded.stream()
                .map(VariantProperty::variantPropertyTypeAsString)
                .toList();
        return target.map(variant -> running.variant(variant.name())
                .map(old -> {
                    Variant kept = names.contains("DesiredWeight") ? variant : variant.withWeight(old.weight());
                    return names.contains("DesiredInstanceCount") ? kept : kept.withReplicas(old.replicas());
                })
                .orElse(variant));
    }

    /// All at once, the old ones kept until the new ones are ready, is what we do.
    private static void checkDeployment(@Nullable DeploymentConfig config) {
        if (config == null) {
            return;
        }
        boolean gradual = config.rollingUpdatePolicy() != null
                || (config.blueGreenUpdatePolicy() != null
                        && config.blueGreenUpdatePolicy().trafficRoutingConfiguration() != null
                        && config.blueGreenUpdatePolicy()
                                        .trafficRoutingConfiguration()
                                        .type()
                                != TrafficRoutingConfigType.ALL_AT_ONCE);
        if (gradual) {
            throw ApiException.validation("DeploymentConfig: canary, linear and rolling updates are not supported here "
                    + "(expected: BlueGreenUpdatePolicy with ALL_AT_ONCE, or nothing).");
        }
    }
}
