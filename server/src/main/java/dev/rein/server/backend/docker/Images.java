package dev.rein.server.backend.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.PullResponseItem;
import dev.rein.server.backend.HostRuntime;
import dev.rein.server.backend.LaunchException;
import dev.rein.server.backend.Preparation;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Brings images to this machine, each once at a time, with the user's own registry logins.
final class Images implements Preparation {
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
            pull = pulls.computeIfAbsent(image, this::begin);
            pull.watchers().add(progress);
        }
        return pull.done().thenApply(_ -> runtime);
    }

    private Pull begin(String image) {
        var pull = new Pull(new CompletableFuture<>(), new CopyOnWriteArrayList<>());
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
        return pull;
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

    /// Layers come side by side; told is their sum.
    private static final class Progress extends ResultCallback.Adapter<PullResponseItem> {
        private final String image;
        private final List<Consumer<String>> watchers;
        private final Map<String, long[]> layers = new HashMap<>();
        private long told;
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
            var detail = item.getProgressDetail();
            if (item.getId() != null && "Downloading".equals(item.getStatus()) && detail != null) {
                layers.put(item.getId(), new long[] {number(detail.getCurrent()), number(detail.getTotal())});
                if (System.nanoTime() - told > BETWEEN_WORDS_NANOS) {
                    long here =
                            layers.values().stream().mapToLong(one -> one[0]).sum();
                    long all = layers.values().stream().mapToLong(one -> one[1]).sum();
                    tell(String.format(
                            Locale.ROOT,
                            "Pulling image %s: %.0f of %.0f MB in %d layers",
                            image,
                            here / MEGABYTE,
                            all / MEGABYTE,
                            layers.size()));
                }
            }
        }

        private static long number(@Nullable Long value) {
            return value == null ? 0 : value;
        }

        private void tell(String words) {
            told = System.nanoTime();
            watchers.forEach(watcher -> watcher.accept(words));
        }
    }
}
