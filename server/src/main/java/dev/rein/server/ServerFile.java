package dev.rein.server;

import dev.rein.server.identity.Account;
import dev.rein.server.identity.Credentials;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// `server.json`: how clients on this machine find a running server. There when it is ready, gone when it has
/// stopped; readable by its owner only, since it holds the keys.
final class ServerFile implements AutoCloseable {
    private final Path file;

    private ServerFile(Path file) {
        this.file = file;
    }

    /// Appears whole.
    static ServerFile write(
            Path file, String region, Account account, Credentials credentials, URI endpoint, URI s3Endpoint)
            throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("version", ReinServer.VERSION);
        members.put("pid", ProcessHandle.current().pid());
        members.put("endpoint", endpoint.toString());
        members.put("s3Endpoint", s3Endpoint.toString());
        members.put("region", region);
        members.put("account", account.id());
        members.put("accessKeyId", credentials.accessKeyId());
        members.put("secretAccessKey", credentials.secretAccessKey());
        members.put("role", account.roleArn(Account.ROLE));
        Path whole = Files.createTempFile(
                file.toAbsolutePath().getParent(),
                file.getFileName().toString(),
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(whole, new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(members));
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
        return new ServerFile(file);
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
