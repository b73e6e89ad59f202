package dev.rein.workload.training;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Tells what libraries remark in passing from what may be the reason of an end: lines that say themselves that they
/// are a warning or less, by the customs of Python's `warnings` and `logging`, of glog, TensorFlow, Ray and the JVM.
final class Notices {
    /// `(RolloutWorker pid=71) `: whom Ray passes on.
    private static final String SPEAKER = "(?:\\([\\w+. ]*(?:pid|raylet)[^)]*\\) )?";

    private static final String DATE = "\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:\\d\\d:\\d\\d[.,]?\\d*";
    private static final String LEVEL = "(?:WARN|WARNING|INFO|DEBUG|NOTICE)";

    /// Python's: file, line and category.
    private static final String WARNED = "\\S+:\\d+: \\w*Warning: ";

    private static final Pattern NOTICE = Pattern.compile("^" + SPEAKER + "(?:"
            + String.join(
                    "|",
                    "\\[?" + LEVEL + "\\b[]:]", // logging's own form, absl's, the JVM's
                    DATE + "[\\s:|-]+\\[?" + LEVEL + "\\b",
                    DATE + "[\\s:|-]+.{0,80}?\\s[-|]\\s" + LEVEL + "\\s[-|]\\s", // asctime - name - levelname -
                    DATE + ": [IW] \\S", // TensorFlow's
                    "[IW]\\d{4} \\d\\d:\\d\\d:\\d\\d", // glog's, absl's
                    WARNED,
                    "SLF4J(?:\\(W\\)|\\(I\\))?: ",
                    "OpenJDK .* warning: ",
                    "Picked up \\w+: ",
                    "To enable the following instructions: ", // goes on from a notice of TensorFlow's
                    ".*Unable to register cu\\w+ factory: ") // each start of TensorFlow says so, as an error
            + ").*");

    /// The line of code that Python shows below a warning.
    private static final Pattern PYTHON_WARNING = Pattern.compile("^" + SPEAKER + WARNED + ".*");

    /// Ends TensorFlow's word that something is deprecated; what to use instead is the next line.
    private static final String INSTEAD = "Instructions for updating:";

    private Notices() {}

    /// The lines that are none.
    static List<String> dropped(List<String> lines) {
        List<String> rest = new ArrayList<>();
        String before = "";
        for (String line : lines) {
            boolean goesOn = before.equals(INSTEAD)
                    || (line.startsWith("  ") && PYTHON_WARNING.matcher(before).matches());
            if (!goesOn && !line.equals(INSTEAD) && !NOTICE.matcher(line).matches()) {
                rest.add(line);
            }
            before = line;
        }
        return rest;
    }
}
