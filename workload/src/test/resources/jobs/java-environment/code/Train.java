import dev.rein.workload.TrainingEnvironment;

public class Train {
    public static void main(String[] arguments) {
        var job = TrainingEnvironment.current(arguments);
        System.out.println(job.hyperparameters().integer("steps", 1) + job.hyperparameters().number("lr", 2));
        System.out.println(job.channel("training").getFileName() + " " + job.hosts() + " " + job.isHead());
        job.hyperparameters().refuseUnknown();
    }
}
