import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.TimeLimit;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;
import dev.rein.toolkit.training.Evaluation;
import dev.rein.toolkit.training.ProgressLine;
import dev.rein.workload.TrainingEnvironment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.cloudsimplus.brokers.DatacenterBroker;
import org.cloudsimplus.brokers.DatacenterBrokerSimple;
import org.cloudsimplus.cloudlets.Cloudlet;
import org.cloudsimplus.cloudlets.CloudletExecution;
import org.cloudsimplus.cloudlets.CloudletSimple;
import org.cloudsimplus.core.CloudSimEntity;
import org.cloudsimplus.core.CloudSimPlus;
import org.cloudsimplus.core.events.SimEvent;
import org.cloudsimplus.datacenters.DatacenterSimple;
import org.cloudsimplus.hosts.HostSimple;
import org.cloudsimplus.resources.PeSimple;
import org.cloudsimplus.schedulers.cloudlet.CloudletScheduler;
import org.cloudsimplus.schedulers.cloudlet.CloudletSchedulerSpaceShared;
import org.cloudsimplus.utilizationmodels.UtilizationModel;
import org.cloudsimplus.utilizationmodels.UtilizationModelFull;
import org.cloudsimplus.vms.Vm;
import org.cloudsimplus.vms.VmSimple;

/// Learns on which virtual machine of a CloudSim Plus datacenter each task should run, and compares what it learned
/// with rules of thumb. The simulator is stepped in process, by its own events.
///
/// A training job's entry point that runs without a job too; needs CloudSim Plus on the class path: see
/// `examples/README.md`.
public class ScheduleTasks {
    /// Tasks of an episode.
    static final int TASKS = 100;

    public static void main(String[] arguments) throws IOException {
        var job = TrainingEnvironment.current(arguments);
        long steps = job.hyperparameters().integer("steps", 60_000);
        long seed = job.hyperparameters().integer("seed", 1);
        var ppo = settings().with(job.hyperparameters().others());
        try (var learner = new Ppo(ppo, ScheduleTasks::episodes, seed)) {
            learner.train(steps, new ProgressLine(System.out));
            var policy = learner.policy();
            System.out.println("learned: " + Evaluation.of(policy, ScheduleTasks::episodes, 20, seed));
            for (Rule rule : Rule.values()) {
                System.out.printf("%s: return_mean=%.1f%n", rule, returnMean(rule, 20, seed));
            }
            policy.save(job.modelDir().resolve("policy.rein"));
            policy.exportOnnx(job.modelDir().resolve("policy.onnx"));
        }
    }

    static PpoHyperParameters settings() {
        return PpoHyperParameters.defaults()
                .with(Map.of(
                        "n_envs", "8", "n_steps", "128", "gamma", "0.97", "ent_coef", "0", "learning_rate", "0.001"));
    }

    static Environment episodes() {
        return new TimeLimit(new Cluster(), TASKS);
    }

    /// An entity of the simulation whose one event is the next decision.
    static final class Arrivals extends CloudSimEntity {
        private static final int ARRIVAL = 10_000; // beyond CloudSim Plus's own tags

        Arrivals(CloudSimPlus simulation) {
            super(simulation);
        }

        /// Runs the simulation until then, event by event; that there is one then keeps it from running beyond.
        void await(double seconds) {
            double then = getSimulation().clock() + seconds;
            schedule(this, seconds, ARRIVAL);
            while (getSimulation().clock() < then) {
                getSimulation().runFor(Double.MAX_VALUE);
            }
        }

        @Override
        public void processEvent(SimEvent event) {}

        @Override
        protected void startInternal() {}
    }

    /// Tasks arrive one by one at four machines of unequal speed; each is sent to one, and waits there in line.
    static final class Cluster implements Environment {
        /// Million instructions a second of each machine.
        private static final int[] SPEEDS = {1000, 1000, 2000, 4000};
        /// A machine with as many tasks takes no more, unless all have.
        private static final int MOST_TASKS = 8;

        /// Events nearer to each other than this count as one.
        private static final double LEAST_SECONDS = 0.001;

        private static final double SECONDS_BETWEEN_TASKS = 0.5;
        private static final int LEAST_LENGTH = 1000;
        private static final int LENGTHS = 4000;

        private RandomGenerator chance = RandomGenerator.getDefault();
        private CloudSimPlus simulation = new CloudSimPlus(LEAST_SECONDS);
        private DatacenterBroker broker = new DatacenterBrokerSimple(simulation);
        private List<Vm> machines = List.of();
        private Arrivals arrivals = new Arrivals(simulation);
        private int nextLength;
        private int finishedBefore;

        static {
            // CloudSim Plus tells every event otherwise, to whatever a job's JVM logs with
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        }

        /// The length of the task to place, then tasks and work of each machine.
        @Override
        public Space observationSpace() {
            return Box.of(0, 10, 1 + 2 * SPEEDS.length);
        }

        @Override
        public Space actionSpace() {
            return new Discrete(SPEEDS.length);
        }

        @Override
        public boolean masksActions() {
            return true;
        }

        @Override
        public void reset(RandomGenerator random, Step step) {
            chance = random;
            simulation.terminate();
            simulation = new CloudSimPlus(LEAST_SECONDS);
            var cores = new ArrayList<org.cloudsimplus.resources.Pe>();
            machines = new ArrayList<>();
            for (int speed : SPEEDS) {
                cores.add(new PeSimple(4000));
                Vm machine = new VmSimple(speed, 1);
                machine.setRam(512).setBw(1000).setSize(1000);
                machine.setCloudletScheduler(new CloudletSchedulerSpaceShared());
                machines.add(machine);
            }
            new DatacenterSimple(simulation, List.of(new HostSimple(8_192, 100_000, 100_000, cores)));
            broker = new DatacenterBrokerSimple(simulation);
            broker.setShutdownWhenIdle(false);
            broker.submitVmList(machines);
            arrivals = new Arrivals(simulation);
            simulation.startSync();
            finishedBefore = 0;
            nextTask(1); // by then the machines have booted
            observe(step);
        }

        /// Draws a task, and runs the simulation until it arrives.
        private void nextTask(double seconds) {
            nextLength = LEAST_LENGTH + chance.nextInt(LENGTHS);
            arrivals.await(seconds);
        }

        @Override
        public void step(Row action, Step step) {
            Cloudlet task = new CloudletSimple(nextLength, 1)
                    .setUtilizationModelCpu(new UtilizationModelFull())
                    .setUtilizationModelRam(UtilizationModel.NULL)
                    .setUtilizationModelBw(UtilizationModel.NULL);
            task.setVm(machines.get(action.index()));
            broker.submitCloudlet(task);

            double then = simulation.clock();
            int tasks = broker.getCloudletSubmittedList().size() - finishedBefore;
            nextTask(-SECONDS_BETWEEN_TASKS * Math.log(1 - chance.nextDouble()));
            double now = simulation.clock();
            double wait = now - then;

            // the time all tasks together spent here since then: what everybody waits for
            double spent = tasks * wait;
            List<Cloudlet> finished = broker.getCloudletFinishedList();
            for (Cloudlet done : finished.subList(finishedBefore, finished.size())) {
                spent -= now - Math.max(done.getFinishTime(), then);
            }
            finishedBefore = finished.size();
            step.reward((float) (-0.1 * spent));
            step.elapsed((float) (wait / SECONDS_BETWEEN_TASKS));
            observe(step);
        }

        private void observe(Step step) {
            Row row = step.observation();
            row.set(0, nextLength / 1000f);
            boolean allFull = true;
            for (int i = 0; i < SPEEDS.length; i++) {
                int tasks = tasks(i);
                row.set(1 + 2 * i, Math.min(tasks / 4f, 10));
                row.set(2 + 2 * i, (float) Math.min(secondsOfWork(i) / 4, 10));
                step.allow(i, tasks < MOST_TASKS);
                allFull &= tasks >= MOST_TASKS;
            }
            for (int i = 0; allFull && i < SPEEDS.length; i++) {
                step.allow(i, true);
            }
        }

        int tasks(int machine) {
            CloudletScheduler scheduler = machines.get(machine).getCloudletScheduler();
            return scheduler.getCloudletExecList().size()
                    + scheduler.getCloudletWaitingList().size();
        }

        /// What is still to be done on a machine.
        double secondsOfWork(int machine) {
            CloudletScheduler scheduler = machines.get(machine).getCloudletScheduler();
            double left = 0;
            for (CloudletExecution task : scheduler.getCloudletExecList()) {
                left += task.getCloudlet().getLength() / (double) SPEEDS[machine]
                        - (simulation.clock() - task.getCloudlet().getStartTime());
            }
            for (CloudletExecution task : scheduler.getCloudletWaitingList()) {
                left += task.getCloudlet().getLength() / (double) SPEEDS[machine];
            }
            return Math.max(left, 0);
        }

        double secondsAlone(int machine) {
            return nextLength / (double) SPEEDS[machine];
        }

        @Override
        public void close() {
            simulation.terminate();
        }
    }

    /// What people do without learning.
    enum Rule {
        /// As CloudSim Plus's own broker does.
        ROUND_ROBIN,
        FEWEST_TASKS,
        EARLIEST_FINISH;

        int choose(Cluster cluster, Step step, int turn) {
            int best = -1;
            double least = Double.POSITIVE_INFINITY;
            int count = Cluster.SPEEDS.length;
            for (int i = 0; i < count; i++) {
                double cost = switch (this) {
                    case ROUND_ROBIN -> (i - turn % count + count) % count;
                    case FEWEST_TASKS -> cluster.tasks(i);
                    case EARLIEST_FINISH -> cluster.secondsOfWork(i) + cluster.secondsAlone(i);
                };
                if (step.isAllowed(i) && cost < least) {
                    best = i;
                    least = cost;
                }
            }
            return best;
        }
    }

    /// A rule's mean return on episodes that depend on the seed alone.
    static double returnMean(Rule rule, int episodes, long seed) {
        double sum = 0;
        try (var cluster = new Cluster()) {
            Step step = Step.of(cluster);
            for (int episode = 0; episode < episodes; episode++) {
                cluster.reset(new dev.rein.toolkit.environment.EpisodeRandom(seed, -2, episode), step.clear());
                for (int turn = 0; turn < TASKS; turn++) {
                    int choice = rule.choose(cluster, step, turn);
                    cluster.step(Row.of(choice), step.clear());
                    sum += step.reward();
                }
            }
        }
        return sum / episodes;
    }
}
