package dev.rein.workload.training;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Where a script's own Python packages go: a virtual environment over the host's, which other jobs share and none can
/// change. Packages that are there already are seen and not installed again.
///
/// @param folder of the environment; need not be there yet
record PythonPackages(Path folder) {
    private static final String MAKE = """
            import pathlib, site, sys, venv
            shared = site.getsitepackages()
            venv.create(sys.argv[1], with_pip=False, symlinks=True)
            place = next(pathlib.Path(sys.argv[1]).glob("lib/python*/site-packages"))
            (place / "shared.pth").write_text("".join(f"import site; site.addsitedir({at!r})\\n" for at in shared))
            """;

    /// Makes the environment; run once, by the host's own Python.
    Command make() {
        return new Command(List.of("python3", "-c", MAKE, folder.toString()), "python3 -m venv " + folder);
    }

    /// Its Python, by its whole name: a process is looked for on the path of this program, not on its own.
    String python() {
        return folder.resolve("bin").resolve("python3").toString();
    }

    /// Lets what the script starts find it too.
    void putBefore(Map<String, String> environment) {
        environment.merge("PATH", folder.resolve("bin").toString(), (path, own) -> own + File.pathSeparator + path);
        environment.put("VIRTUAL_ENV", folder.toString());
    }
}
