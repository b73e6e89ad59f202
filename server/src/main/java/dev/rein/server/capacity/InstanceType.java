package dev.rein.server.capacity;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How much machine an AWS instance type stands for.
///
/// Sizes follow AWS's arithmetic (`large` has 2 vCPU, `xlarge` 4, `nxlarge` 4n) and families their memory for each
/// vCPU: compute 2 GiB, general 4, memory 8. Types off that line are listed. A type made after this was written is
/// so still understood.
public record InstanceType(String name, Resources resources) {
    private static final Pattern NAME =
            Pattern.compile("ml\\.([a-z]{1,4})(\\d+)[a-z0-9-]*\\.(medium|large|xlarge|(\\d{1,3})xlarge|metal)");
    private static final long GIB = 1L << 30;

    /// Those the arithmetic gets wrong by much: vCPU, GiB.
    private static final Map<String, double[]> EXCEPTIONS = Map.of(
            "ml.t2.medium", new double[] {2, 4},
            "ml.t3.medium", new double[] {2, 4},
            "ml.p2.xlarge", new double[] {4, 61},
            "ml.p2.8xlarge", new double[] {32, 488},
            "ml.p2.16xlarge", new double[] {64, 732},
            "ml.p3.2xlarge", new double[] {8, 61},
            "ml.p3.8xlarge", new double[] {32, 244},
            "ml.p3.16xlarge", new double[] {64, 488},
            "ml.c4.8xlarge", new double[] {36, 60},
            "ml.c5.9xlarge", new double[] {36, 72});

    /// What the SDKs call the machine they run on, and Rein all of the server's.
    private static final Set<String> LOCAL = Set.of("ml.local", "local", "local_gpu");

    public InstanceType {
        requireNonNull(name, "name");
        requireNonNull(resources, "resources");
    }

    /// @return empty if the name is not an instance type's
    public static Optional<InstanceType> parse(String name) {
        if (LOCAL.contains(name)) {
            Resources all = Resources.ofThisMachine();
            return Optional.of(
                    new InstanceType(name, name.equals("local") ? new Resources(all.cpus(), all.memoryBytes()) : all));
        }
        double[] listed = EXCEPTIONS.get(name);
        if (listed != null) {
            return Optional.of(new InstanceType(name, new Resources(listed[0], (long) (listed[1] * GIB), gpus(name))));
        }
        Matcher parts = NAME.matcher(name);
        if (!parts.matches()) {
            return Optional.empty();
        }
        int cpus = cpus(parts.group(3), parts.group(4));
        return cpus == 0
                ? Optional.empty()
                : Optional.of(new InstanceType(
                        name, new Resources(cpus, cpus * gibPerCpu(parts.group(1)) * GIB, gpus(name))));
    }

    /// How many NVIDIA GPUs it has; -1 for all there are.
    public int gpus() {
        return name.equals("local_gpu") || name.equals("ml.local") ? -1 : resources.gpus();
    }

    private static int gpus(String name) {
        Matcher parts = NAME.matcher(name);
        if (!parts.matches()) {
            return 0;
        }
        String family = parts.group(1) + parts.group(2);
        String size = parts.group(3);
        return switch (family) {
            case "p2" -> size.equals("xlarge") ? 1 : Integer.parseInt(parts.group(4));
            case "p3" ->
                switch (size) {
                    case "2xlarge" -> 1;
                    case "8xlarge" -> 4;
                    default -> 8;
                };
            case "p4", "p5", "p6" -> 8;
            case "g4", "g5", "g6" ->
                switch (size) {
                    case "12xlarge", "24xlarge" -> 4;
                    case "48xlarge", "metal" -> 8;
                    default -> 1;
                };
            default -> 0;
        };
    }

    private static int cpus(String size, String count) {
        return switch (size) {
            case "medium" -> 1;
            case "large" -> 2;
            case "xlarge" -> 4;
            case "metal" -> 96;
            default -> 4 * Integer.parseInt(count);
        };
    }

    private static long gibPerCpu(String family) {
        return switch (family.charAt(0)) {
            case 'c' -> 2;
            case 'r', 'x', 'p' -> 8;
            default -> 4;
        };
    }
}
