package dev.rein.server.backend.docker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.dockerjava.api.model.AuthConfig;
import dev.rein.server.backend.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The registry logins that `docker login` keeps for this user: in its `config.json`, or with a credential helper
/// that is named there, a program `docker-credential-<helper>` (Docker's documentation, "Credential stores").
final class Logins {
    private static final Logger log = LoggerFactory.getLogger(Logins.class);

    /// What Docker calls its own registry.
    private static final String HUB = "https://index.docker.io/v1/";

    /// What a helper says that knows of no login.
    private static final String NONE = "credentials not found";

    /// Who a helper says it is when its secret is a token.
    private static final String TOKEN = "<token>";

    private static final long HELPER_SECONDS = 30;

    private final Path file;
    private final String helpers;

    /// @param folder  holds `config.json`, or nothing
    /// @param helpers what the command of a credential helper begins with
    Logins(Path folder, String helpers) {
        this.file = folder.resolve("config.json");
        this.helpers = helpers;
    }

    /// Where `DOCKER_CONFIG` says, or in the user's home.
    static Logins ofThisUser() {
        Path folder = Optional.ofNullable(System.getenv("DOCKER_CONFIG"))
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".docker"));
        return new Logins(folder, "docker-credential-");
    }

    Path file() {
        return file;
    }

    /// The registry that an image's name begins with, as logins are filed.
    static String registry(String image) {
        int slash = image.indexOf('/');
        String first = slash < 0 ? "" : image.substring(0, slash);
        return first.contains(".") || first.contains(":") || first.equals("localhost") ? first : HUB;
    }

    /// The login for an image's registry; the file is read anew each time.
    ///
    /// @throws LaunchException if there may be one that cannot be had
    Optional<AuthConfig> of(String image) throws LaunchException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String registry = registry(image);
        try {
            JsonNode configuration = JsonMapper.shared().readTree(Files.readString(file));
            String helper = configuration
                    .path("credHelpers")
                    .path(registry)
                    .asString(configuration.path("credsStore").asString(""));
            Optional<AuthConfig> kept = helper.isEmpty() ? Optional.empty() : asked(helper, registry);
            return kept.isPresent() ? kept : written(configuration.path("auths"), registry);
        } catch (IOException | JacksonException | IllegalArgumentException e) {
            throw LaunchException.ofCaller(
                    "the registry logins in %s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static Optional<AuthConfig> written(JsonNode logins, String registry) {
        for (var login : logins.properties()) {
            if (host(login.getKey()).equals(host(registry))) {
                JsonNode entry = login.getValue();
                String token = entry.path("identitytoken").asString("");
                String pair =
                        new String(Base64.getDecoder().decode(entry.path("auth").asString("")), UTF_8);
                int colon = pair.indexOf(':');
                if (colon > 0) {
                    return Optional.of(login(registry, pair.substring(0, colon), pair.substring(colon + 1), token));
                }
            }
        }
        return Optional.empty();
    }

    /// Keys may be addresses, as older logins have them.
    private static String host(String key) {
        return key.replaceFirst("^https?://", "").replaceFirst("/.*$", "");
    }

    private static AuthConfig login(String registry, String user, String password, String token) {
        var login = new AuthConfig().withRegistryAddress(registry).withUsername(user);
        return token.isEmpty() ? login.withPassword(password) : login.withIdentityToken(token);
    }

    private Optional<AuthConfig> asked(String helper, String registry) throws IOException, LaunchException {
        String program = helpers + helper;
        Process process = new ProcessBuilder(program, "get")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var in = process.getOutputStream()) {
            in.write(registry.getBytes(UTF_8));
        } catch (IOException unread) {
            log.debug("{} did not read the registry's name: {}", program, unread.toString());
        }
        String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        try {
            if (!process.waitFor(HELPER_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("%s does not end".formatted(program));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchException("the server was stopped while " + program + " was asked", e);
        }
        if (process.exitValue() != 0) {
            if (said.contains(NONE)) {
                return Optional.empty();
            }
            throw new IOException("%s, the credential helper for %s, says: %s".formatted(program, registry, said));
        }
        JsonNode answer = JsonMapper.shared().readTree(said);
        String user = answer.path("Username").asString("");
        String secret = answer.path("Secret").asString("");
        return Optional.of(login(registry, user, secret, user.equals(TOKEN) ? secret : ""));
    }
}
