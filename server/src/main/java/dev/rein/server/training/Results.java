package dev.rein.server.training;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.rein.server.archive.ArchiveLimits;
import dev.rein.server.archive.Packed;
import dev.rein.server.archive.TarGz;
import dev.rein.server.artifact.FolderSync;
import dev.rein.server.artifact.MergedTree;
import dev.rein.server.artifact.UntrustedTree;
import dev.rein.server.objects.ObjectStore;
import dev.rein.server.objects.S3Uri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.services.sagemaker.model.OutputCompressionType;

/// Stores what the hosts of an ended job have left: the model, and other output. Storing twice is harmless: the
/// same keys get the same content.
final class Results {
    private final JobPlan plan;
    private final ObjectStore objects;
    private final Path scratch;
    private final ArchiveLimits limits;
    private final List<String> leftOut = new ArrayList<>();

    /// @param scratch a folder of the job's own for archives on their way, emptied in the end
    Results(JobPlan plan, ObjectStore objects, Path scratch, ArchiveLimits limits) {
        this.plan = plan;
        this.objects = objects;
        this.scratch = scratch;
        this.limits = limits;
    }

    /// Stores `output.tar.gz`, unless there is no other output.
    ///
    /// @param mls each host's `/opt/ml`, first host first
    void storeOutput(List<Path> mls) throws IOException {
        for (Path ml : mls) {
            if (!new UntrustedTree(ml, "output/data").isEmpty()) {
                archive(mls, "output/data", plan.output().resolve("output.tar.gz"));
                return;
            }
        }
    }

    /// Stores the model, be it empty.
    ///
    /// @return where it is
    S3Uri storeModel(List<Path> mls) throws IOException {
        if (plan.request().outputDataConfig().compressionType() == OutputCompressionType.NONE) {
            S3Uri folder = plan.output().resolve("model");
            for (Path ml : mls.reversed()) { // the first host's files come last, and stay
                new FolderSync(new UntrustedTree(ml, "model"), folder, objects, scratch, false).finish();
            }
            return new S3Uri(folder.bucket(), folder.key() + "/");
        }
        S3Uri key = plan.output().resolve("model.tar.gz");
        archive(mls, "model", key);
        return key;
    }

    /// What could not go into an archive, for the user; empty if nothing.
    String note() {
        return leftOut.isEmpty() ? "" : "Left out: " + String.join("; ", leftOut);
    }

    private void archive(List<Path> mls, String below, S3Uri to) throws IOException {
        Files.createDirectories(scratch);
        Path archive = scratch.resolve(to.key().substring(to.key().lastIndexOf('/') + 1));
        Path tree = scratch.resolve("tree");
        try {
            Packed packed = TarGz.pack(tree(mls, below, tree), archive, limits);
            packed.leftOut().stream().limit(10).forEach(leftOut::add);
            objects.put(archive, to);
        } finally {
            Files.deleteIfExists(archive);
            delete(tree);
        }
    }

    /// One host's folder as it is, or all of them merged. A link in the folder's place is not followed: it holds
    /// nothing.
    private static Path tree(List<Path> mls, String below, Path merged) throws IOException {
        if (mls.size() == 1 && isFolder(mls.getFirst(), Path.of(below))) {
            return mls.getFirst().resolve(below);
        }
        delete(merged);
        Files.createDirectories(merged);
        MergedTree.merge(mls.stream().map(ml -> new UntrustedTree(ml, below)).toList(), merged);
        return merged;
    }

    private static boolean isFolder(Path ml, Path below) {
        Path at = ml;
        for (Path step : below) {
            at = at.resolve(step);
            if (!Files.isDirectory(at, NOFOLLOW_LINKS)) {
                return false;
            }
        }
        return true;
    }

    static void delete(Path tree) throws IOException {
        if (Files.exists(tree, NOFOLLOW_LINKS)) {
            try (Stream<Path> paths = Files.walk(tree)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
