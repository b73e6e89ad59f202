package dev.rein.cli;

import dev.rein.sdk.Session;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.services.sagemaker.model.SageMakerException;

/// Shows a job's log from its first line; while the job runs, until it ends.
@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        description = "Show a job's log from its first line; while the job runs, until it ends.")
final class Logs implements Callable<Integer> {
    @Parameters(paramLabel = "JOB")
    private String job = "";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (Session session = Here.session()) {
            session.logsForJob(job, line -> {
                out.println(line.message());
                out.flush();
            });
        } catch (SageMakerException e) {
            throw Here.aboutJob(job, e);
        }
        return 0;
    }
}
