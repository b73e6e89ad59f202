package dev.rein.server.backend.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.PullResponseItem;
import dev.rein.server.backend.HostRuntime;
import dev.rein.server.backend.LaunchException;
import dev.rein.server.backend.Preparation;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings images to this machine, each once at a time, with the user's own registry logins.
final class Images implements Preparation {
    private static final Logger log = LoggerFactory.getLogger(Images.class);
    private static final long BETWEEN_WORDS_NANOS = 1_000_000_000;
    private static final double MEGABYTE = 1e6;

    private final Engine engine;
    private final Logins logins;
    private final Map<String, Pull> pulls = new HashMap<>(); // guarded by this

    Images(Engine engine, Logins logins) {
        this.engine = engine;
        this.logins = logins;
    }

    /// @param done fails with a [LaunchException]
    private record Pull(CompletableFuture<Void> done, List<Consumer<String>> watchers) {}

    /// The runtime's name is the image's.
    @Override
    public CompletableFuture<HostRuntime> prepare(HostRuntime runtime, Consumer<String> progress) {
        String image = runtime.name();
        Pull pull;
        synchronized (this) {
            pull = pulls.get(image);
            if (pull == null) {
                // whoever asks first hears it from the first word on
                pull = new Pull(new CompletableFuture<>(), new CopyOnWriteArrayList<>(List.of(progress)));
                pulls.put(image, pull);
                begin(image, pull);
            } else {
                pull.watchers().add(progress);
            }
        }
        return pull.done().thenApply(_ -> runtime);
    }

    private void begin(String image, Pull pull) {
        Thread.ofVirtual().name("image-" + image).start(() -> {
            LaunchException failure = bring(image, pull.watchers());
            synchronized (this) {
                pulls.remove(image);
            }
            if (failure == null) {
                pull.done().complete(null);
            } else {
                pull.done().completeExceptionally(failure);
            }
        });
    }

    /// @return why it could not be brought, or null
    private @Nullable LaunchException bring(String image, List<Consumer<String>> watchers) {
        try {
            engine.client().inspectImageCmd(image).exec();
            return null;
        } catch (NotFoundException missing) {
            return pull(image, watchers);
        } catch (RuntimeException e) {
            return new LaunchException(engine.words(e), e);
        }
    }

    private @Nullable LaunchException pull(String image, List<Consumer<String>> watchers) {
        var progress = new Progress(image, watchers);
        Optional<AuthConfig> login = Optional.empty();
        try {
            var command = engine.client().pullImageCmd(tagged(image));
            login = logins.of(image);
            login.ifPresent(command::withAuthConfig);
            command.exec(progress).awaitCompletion();
            engine.client().inspectImageCmd(image).exec();
            return null;
        } catch (LaunchException e) {
            return e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new LaunchException("the server was stopped while image " + image + " was pulled", e);
        } catch (RuntimeException e) {
            if (Engine.isAway(e)) {
                return new LaunchException("image \"%s\" cannot be pulled: %s".formatted(image, engine.words(e)), e);
            }
            String words = progress.error.isEmpty() ? engine.words(e) : progress.error;
            return LaunchException.ofCaller(
                    ("image \"%s\" is not on this machine and cannot be pulled: %s (expected: an image that "
                                    + "'docker images' lists, or that 'docker pull' gets; tried %s)")
                            .formatted(image, words, tried(image, login)),
                    e);
        }
    }

    private String tried(String image, Optional<AuthConfig> login) {
        String registry = Logins.registry(image);
        return login.isPresent()
                ? "as \"%s\", the login for %s in %s".formatted(login.get().getUsername(), registry, logins.file())
                : "without a login, as %s has none; 'docker login %s' by the server's user makes one"
                        .formatted(logins.file(), registry);
    }

    /// A name alone would bring every tag there is.
    private static String tagged(String image) {
        String last = image.substring(image.lastIndexOf('/') + 1);
        return last.contains(":") || last.contains("@") ? image : image + ":latest";
    }

    /// Layers come side by side; told is their sum, as far as the registry has said how large they are. Bytes are those
    /// that are sent, compressed; unpacking them takes longer than a near registry does.
    private static final class Progress extends ResultCallback.Adapter<PullResponseItem> {
        private final String image;
        private final List<Consumer<String>> watchers;
        private final Map<String, Layer> layers = new LinkedHashMap<>();
        private String told = "";
        private long toldAt;
        private volatile String error = "";

        Progress(String image, List<Consumer<String>> watchers) {
            this.image = image;
            this.watchers = watchers;
            tell("Pulling image " + image);
        }

        @Override
        public void onNext(PullResponseItem item) {
            if (item.getErrorDetail() != null) {
                error = String.valueOf(item.getErrorDetail().getMessage());
            }
            if (item.getId() == null || item.getStatus() == null) {
                return;
            }
            var detail = item.getProgressDetail();
            Layer layer = layers.getOrDefault(item.getId(), Layer.UNKNOWN);
            Layer now = switch (item.getStatus()) {
                case "Downloading" ->
                    layer.pulled(
                            number(detail == null ? null : detail.getCurrent()),
                            number(detail == null ? null : detail.getTotal()));
                case "Download complete" -> layer.pulled(layer.size(), layer.size());
                case "Extracting" -> layer.unpacked(number(detail == null ? null : detail.getCurrent()));
                case "Pull complete" -> layer.unpacked(layer.size());
                default -> layer;
            };
            if (now.size() > 0) {
                layers.put(item.getId(), now);
            }
            boolean step = item.getStatus().endsWith(" complete") && now.size() > 0;
            if (!layers.isEmpty() && (step || System.nanoTime() - toldAt > BETWEEN_WORDS_NANOS)) {
                tell(words());
            }
        }

        private String words() {
            return String.format(
                    Locale.ROOT,
                    "Pulling image %s: %.1f of %.1f MB in %d layers, %.1f MB unpacked",
                    image,
                    sum(Layer::pulled),
                    sum(Layer::size),
                    layers.size(),
                    sum(Layer::unpacked));
        }

        private double sum(ToLongFunction<Layer> bytes) {
            return layers.values().stream().mapToLong(bytes).sum() / MEGABYTE;
        }

        private static long number(@Nullable Long value) {
            return value == null ? 0 : value;
        }

        private void tell(String words) {
            if (!words.equals(told)) {
                told = words;
                toldAt = System.nanoTime();
                watchers.forEach(watcher -> tell(watcher, words));
            }
        }

        /// Several jobs may wait for one image: who cannot be told must not end it for the others.
        private void tell(Consumer<String> watcher, String words) {
            try {
                watcher.accept(words);
            } catch (RuntimeException e) {
                log.warn("a job that waits for image {} cannot be told how far it is: {}", image, e.toString());
            }
        }
    }

    /// How far a layer is, in bytes; its size is 0 until the registry tells.
    private record Layer(long pulled, long unpacked, long size) {
        static final Layer UNKNOWN = new Layer(0, 0, 0);

        Layer pulled(long bytes, long all) {
            return new Layer(bytes, unpacked, all);
        }

        Layer unpacked(long bytes) {
            return new Layer(pulled, bytes, size);
        }
    }
}
