package dev.rein.cli;

import dev.rein.server.ReinServer;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/// `rein`: exit code 0 when it did what was asked, 1 when it could not, 2 when it was asked wrongly.
@Command(
        name = "rein",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Reinforcement learning as a service on your own machines.",
        subcommands = {
            Quickstart.class,
            Up.class,
            Down.class,
            Status.class,
            Env.class,
            Train.class,
            Jobs.class,
            Logs.class,
            Stop.class,
            Deploy.class,
            Predict.class,
            Endpoints.class,
            Delete.class,
            Rehearse.class,
            HelpCommand.class
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:It did what was asked; a job that was waited for has completed, or was stopped on request or at its time limit.",
            "1:It could not, and said why; a job that was waited for has failed; rein status: nothing runs.",
            "2:It was asked wrongly: an unknown command or option, or a value that makes no sense."
        },
        footer = {"", "Start with: rein quickstart", "Data and credentials live in $REIN_HOME (default ~/.rein)."})
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler((failure, command, _) -> tell(command, failure))
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    /// A failure is one message for the user; the stack trace is for who asks for it.
    private static int tell(CommandLine command, Exception failure) {
        PrintWriter err = command.getErr();
        err.println("rein: " + message(failure));
        if (System.getenv("REIN_DEBUG") != null) {
            failure.printStackTrace(err);
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    /// A service's own words, without the numbers that the AWS SDK puts after them.
    private static String message(Exception failure) {
        if (failure instanceof AwsServiceException service && service.awsErrorDetails() != null) {
            String said = service.awsErrorDetails().errorMessage();
            if (said != null && !said.isBlank()) {
                return said;
            }
        }
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"rein " + ReinServer.VERSION};
        }
    }
}
