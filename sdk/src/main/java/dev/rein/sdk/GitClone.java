package dev.rein.sdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A clone of a repository in a temporary folder, made by the `git` command; closing deletes it.
record GitClone(Path folder) implements AutoCloseable {
    /// @throws IllegalStateException if git is not there or refuses; the message holds what git said
    static GitClone of(GitConfig git) throws IOException {
        Path folder = Files.createTempDirectory("rein-git");
        var clone = new GitClone(folder);
        try {
            List<String> command = new ArrayList<>(List.of("git", "clone", "--quiet"));
            git.branch().ifPresent(branch -> command.addAll(List.of("--branch", branch)));
            command.addAll(List.of("--", git.repo(), folder.toString()));
            run(command, git);
            if (git.commit().isPresent()) {
                run(
                        List.of(
                                "git",
                                "-C",
                                folder.toString(),
                                "checkout",
                                "--quiet",
                                "--detach",
                                git.commit().get()),
                        git);
            }
            clone.delete(folder.resolve(".git"));
            clone.refuseLinksThatLeadOut();
            return clone;
        } catch (IOException | RuntimeException e) {
            clone.close();
            throw e;
        }
    }

    private static void run(List<String> command, GitConfig git) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.put("GIT_TERMINAL_PROMPT", "0");
        environment.put("GIT_ALLOW_PROTOCOL", "https:http:ssh");
        environment.putIfAbsent("GIT_SSH_COMMAND", "ssh -oBatchMode=yes");
        String authorization = authorization(git);
        if (authorization != null) {
            // for this repository's address alone, and where no other process of this machine can read it
            environment.put("GIT_CONFIG_COUNT", "1");
            environment.put("GIT_CONFIG_KEY_0", "http." + git.repo() + ".extraHeader");
            environment.put("GIT_CONFIG_VALUE_0", authorization);
        }
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new IllegalStateException("gitConfig: the git command cannot be run. Install git.", e);
        }
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            int code = process.waitFor();
            if (code != 0) {
                throw new IllegalStateException("gitConfig: git %s of %s failed (exit code %d): %s"
                        .formatted(command.contains("clone") ? "clone" : "checkout", git, code, said));
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while git was cloning " + git.repo(), e);
        }
    }

    private static @Nullable String authorization(GitConfig git) {
        if (!git.repo().startsWith("http")) {
            return null; // ssh has its own keys
        }
        String pair = git.token()
                .map(token -> token + ":")
                .or(() -> git.username().map(user -> user + ":" + git.password().orElse("")))
                .orElse(null);
        return pair == null
                ? null
                : "Authorization: Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    /// A path of the repository.
    Path resolve(String path) {
        Path resolved = folder.resolve(path).normalize();
        if (!resolved.startsWith(folder)) {
            throw new IllegalArgumentException("%s leads out of the repository".formatted(path));
        }
        return resolved;
    }

    /// Packing follows links, and must not send files of this machine that a stranger's repository points at.
    private void refuseLinksThatLeadOut() throws IOException {
        Path root = folder.toRealPath();
        try (var files = Files.walk(folder)) {
            for (Path link : files.filter(Files::isSymbolicLink).toList()) {
                Path target = Files.exists(link) ? link.toRealPath() : link;
                if (!target.startsWith(root) && !target.startsWith(folder)) {
                    throw new IllegalStateException("gitConfig: %s of the repository is a link that leads out of it"
                            .formatted(folder.relativize(link)));
                }
            }
        }
    }

    @Override
    public void close() {
        delete(folder);
    }

    private void delete(Path whole) {
        try {
            Files.walkFileTree(whole, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                        throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + whole, e);
        }
    }
}
