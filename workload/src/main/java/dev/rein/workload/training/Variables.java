package dev.rein.workload.training;

import dev.rein.workload.json.Json;
import dev.rein.workload.json.PythonText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What the entry point is told: the `SM_*` environment variables and the arguments, both made from [JobConfig].
///
/// Names keep their hyphens and dots (`SM_HP_BATCH-SIZE`), so they must be set through the environment array of the
/// new process and never through a shell.
final class Variables {
    private static final List<String> DISTRIBUTION_SWITCHES = List.of(
            "sagemaker_mpi_enabled",
            "sagemaker_parameter_server_enabled",
            "sagemaker_distributed_dataparallel_enabled",
            "sagemaker_pytorch_ddp_enabled",
            "sagemaker_pytorch_xla_multi_worker_enabled",
            "sagemaker_multi_worker_mirrored_strategy_enabled",
            "sagemaker_torch_distributed_enabled");

    private final OptMl ml;
    private final JobConfig job;
    private final Map<String, String> outer;
    private final Machine machine;

    /// What a host has to compute with.
    record Machine(int cpus, int gpus) {}

    /// @param outer the environment this program itself was started with
    Variables(OptMl ml, JobConfig job, Map<String, String> outer, Machine machine) {
        this.ml = ml;
        this.job = job;
        this.outer = outer;
        this.machine = machine;
    }

    /// The entry point: `$SAGEMAKER_PROGRAM` beats the hyperparameter. `None`, as in Python, when there is neither.
    String program() {
        String program = outer.getOrDefault("SAGEMAKER_PROGRAM", "");
        return program.isEmpty() ? job.platformText("sagemaker_program").orElse("None") : program;
    }

    /// Hyperparameters as arguments, sorted by name: `--name value`, `-n value` for a one-letter name.
    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        job.user().members().keySet().stream().sorted(PythonText.BY_CODE_POINT).forEach(name -> {
            arguments.add(name.isEmpty() ? "" : name.codePointCount(0, name.length()) > 1 ? "--" + name : "-" + name);
            arguments.add(argument(job.user().members().getOrDefault(name, new Json.Null())));
        });
        return arguments;
    }

    private static String argument(Json value) {
        if (value instanceof Json.Obj(Map<String, Json> members)) {
            return new TreeMap<>(members)
                    .entrySet().stream()
                            .map(member -> member.getKey() + "=" + PythonText.str(member.getValue()))
                            .collect(Collectors.joining(","));
        }
        return value instanceof Json.Null ? "" : PythonText.str(value);
    }

    /// Every `SM_*` of the contract, and the three that AWS's toolkit sets beside them.
    Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>();
        properties().forEach((name, value) -> environment.put("SM_" + name.toUpperCase(Locale.ROOT), variable(value)));
        environment.put("CURRENT_HOST", job.currentHost());
        environment.put(
                "SAGEMAKER_JOB_NAME", job.platformText("sagemaker_job_name").orElse(""));
        environment.put(
                "SAGEMAKER_REGION", job.platformText("sagemaker_region").orElse(outer.getOrDefault("AWS_REGION", "")));
        return environment;
    }

    private static String variable(Json value) {
        return value instanceof Json.Text(String text)
                ? text
                : value instanceof Json.Null ? "" : PythonText.dumps(value);
    }

    private Map<String, Json> properties() {
        Map<String, Json> shared = shared();
        Map<String, Json> properties = new LinkedHashMap<>(shared);
        properties.put("hps", job.user());
        properties.put("framework_params", job.framework());
        properties.put("channels", Json.ofTexts(sorted(job.inputData().members().keySet())));
        properties.put("user_args", Json.ofTexts(arguments()));
        properties.put("training_env", trainingEnv(shared));
        if (job.resources().members().containsKey("topology")) {
            properties.put("topology", topology());
        }
        channelDirs().forEach((name, dir) -> properties.put("channel_" + name, dir));
        job.user().members().forEach((name, value) -> properties.put("hp_" + name, value));
        return properties;
    }

    /// What has a variable of its own and is a member of `SM_TRAINING_ENV` too.
    private Map<String, Json> shared() {
        Json.Obj resources = job.resources();
        Json.Obj groups = groups();
        Map<String, Json> shared = new LinkedHashMap<>();
        shared.put("hosts", Json.ofTexts(job.hosts()));
        shared.put("current_host", Json.of(job.currentHost()));
        shared.put(
                "network_interface_name",
                Json.of(resources.text("network_interface_name").orElse("eth0")));
        shared.put(
                "current_instance_type",
                Json.of(resources.text("current_instance_type").orElse("local")));
        shared.put("current_instance_group", Json.of(ownGroup()));
        shared.put("current_instance_group_hosts", hostsOf(groups, ownGroup()));
        shared.put("instance_groups", Json.ofTexts(List.copyOf(groups.members().keySet())));
        shared.put("instance_groups_dict", groups);
        shared.put("distribution_instance_groups", Json.ofTexts(distributionGroups()));
        shared.put("is_hetero", Json.of(groups.members().size() > 1));
        shared.put("resource_config", resources);
        shared.put("input_data_config", job.inputData());
        shared.put("input_dir", path(ml.input()));
        shared.put("input_config_dir", path(ml.inputConfig()));
        shared.put("model_dir", path(ml.model()));
        shared.put("output_dir", path(ml.output()));
        shared.put("output_data_dir", path(ml.outputData()));
        shared.put("output_intermediate_dir", path(ml.outputIntermediate()));
        shared.put(
                "module_dir",
                Json.of(job.platformText("sagemaker_submit_directory")
                        .orElse(ml.code().toString())));
        shared.put("module_name", Json.of(moduleName()));
        shared.put("user_entry_point", program().equals("None") ? new Json.Null() : Json.of(program()));
        shared.put("framework_module", framework());
        shared.put(
                "log_level", job.platform().get("sagemaker_container_log_level").orElse(Json.of(20)));
        shared.put("num_cpus", Json.of(machine.cpus()));
        shared.put("num_gpus", Json.of(machine.gpus()));
        shared.put("num_neurons", Json.of(0)); // Neuron cores exist on AWS's own machines only
        return shared;
    }

    private Json trainingEnv(Map<String, Json> shared) {
        List<String> distributionHosts = distributionHosts();
        String master = distributionHosts.isEmpty()
                ? job.hosts().stream().findFirst().orElse(job.currentHost())
                : distributionHosts.getFirst();
        Map<String, Json> members = new LinkedHashMap<>(shared);
        members.put("additional_framework_parameters", job.framework());
        members.put("channel_input_dirs", new Json.Obj(channelDirs()));
        members.put("distribution_hosts", Json.ofTexts(distributionHosts));
        members.put("hyperparameters", job.user());
        members.put("is_master", Json.of(job.currentHost().equals(master)));
        members.put("master_hostname", Json.of(master));
        members.put("job_name", jobName());
        members.put("topology", topology());
        members.put("is_modelparallel_enabled", new Json.Null());
        members.put("is_smddprun_installed", Json.of(false));
        members.put("is_smddpmprun_installed", Json.of(false));
        return new Json.Obj(members);
    }

    /// Group records by name, in the order of the file.
    private Json.Obj groups() {
        Map<String, Json> byName = new LinkedHashMap<>();
        if (job.resources().get("instance_groups").orElse(new Json.Null()) instanceof Json.Arr(List<Json> groups)) {
            for (Json each : groups) {
                if (each instanceof Json.Obj group) {
                    group.text("instance_group_name").ifPresent(name -> byName.put(name, group));
                }
            }
        }
        return new Json.Obj(byName);
    }

    private static Json hostsOf(Json.Obj groups, String name) {
        return Json.ofTexts(
                groups.get(name).orElse(new Json.Null()) instanceof Json.Obj group ? group.texts("hosts") : List.of());
    }

    /// The groups a distributed run was asked for; the own one if a strategy is on and none is named.
    private List<String> distributionGroups() {
        boolean distributed = DISTRIBUTION_SWITCHES.stream()
                .anyMatch(name ->
                        job.framework().get(name).orElse(new Json.Null()) instanceof Json.Bool(boolean on) && on);
        return job.framework()
                .get("sagemaker_distribution_instance_groups")
                .map(Json::texts)
                .orElse(distributed ? List.of(ownGroup()) : List.of());
    }

    private String ownGroup() {
        return job.resources().text("current_group_name").orElse("homogeneousCluster");
    }

    private List<String> distributionHosts() {
        Json.Obj groups = groups();
        if (groups.members().isEmpty()) {
            return job.hosts();
        }
        List<String> chosen = distributionGroups();
        return groups.members().keySet().stream()
                .filter(chosen::contains)
                .flatMap(name -> hostsOf(groups, name).texts().stream())
                .toList();
    }

    private Map<String, Json> channelDirs() {
        Map<String, Json> dirs = new LinkedHashMap<>();
        job.inputData().members().keySet().forEach(name -> dirs.put(name, path(ml.channel(name))));
        return dirs;
    }

    private Json topology() {
        return job.resources().get("topology").orElse(new Json.Arr(List.of()));
    }

    private String moduleName() {
        String program = program();
        return program.endsWith(".py") ? program.substring(0, program.length() - 3) : program;
    }

    private Json framework() {
        String module = outer.get("SAGEMAKER_TRAINING_MODULE");
        return module == null ? new Json.Null() : Json.of(module);
    }

    private Json jobName() {
        String name = outer.get("TRAINING_JOB_NAME");
        return name == null ? job.platform().get("sagemaker_job_name").orElse(new Json.Null()) : Json.of(name);
    }

    private static Json path(Path path) {
        return Json.of(path.toString());
    }

    private static List<String> sorted(Iterable<String> names) {
        List<String> sorted = new ArrayList<>();
        names.forEach(sorted::add);
        sorted.sort(PythonText.BY_CODE_POINT);
        return sorted;
    }
}
