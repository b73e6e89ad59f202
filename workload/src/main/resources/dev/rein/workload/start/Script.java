import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;
import dev.rein.toolkit.training.Evaluation;
import dev.rein.toolkit.training.ProgressLine;
import dev.rein.workload.TrainingEnvironment;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A script as users write them, for the rehearsal that makes the compiler start quickly. It is compiled and run once. */
public class Script {
    record Result(String name, double value) {}

    sealed interface Outcome permits Solved, Open {}

    record Solved(int steps) implements Outcome {}

    record Open(String why) implements Outcome {}

    public static void main(String[] arguments) throws Exception {
        var job = TrainingEnvironment.current(arguments);
        Supplier<Environment> world = dev.rein.toolkit.environment.classic.CartPole::v1;
        try (var learner = new Ppo(PpoHyperParameters.defaults(), world, 1)) {
            learner.train(1000, new ProgressLine(System.out));
            double reached = Evaluation.of(learner.policy(), world, 2, 1).returnMean();
            Outcome outcome = reached >= 475 ? new Solved(1000) : new Open("too few steps");
            System.out.println(switch (outcome) {
                case Solved(int steps) -> "solved in " + steps;
                case Open open -> "not yet: %s".formatted(open.why());
            });
            learner.policy().save(job.modelDir().resolve("policy.rein"));
        }
        List<Result> results = List.of(new Result("a", 1.5), new Result("b", 2));
        Map<String, Double> sums =
                results.stream().collect(Collectors.groupingBy(Result::name, Collectors.summingDouble(Result::value)));
        for (var entry : sums.entrySet()) {
            System.out.printf("%s=%.1f%n", entry.getKey(), entry.getValue());
        }
    }
}
