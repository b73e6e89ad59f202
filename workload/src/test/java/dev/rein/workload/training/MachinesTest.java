package dev.rein.workload.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files stand in for devices.
class MachinesTest {
    @Test
    void gpusAreTheirDevicesUnlessTheEnvironmentNamesSome(@TempDir Path devices) throws IOException {
        assertThat(Machines.gpus(devices, null)).isZero();
        for (String name : List.of("nvidia0", "nvidia1", "nvidia10", "nvidiactl", "nvidia-uvm", "null")) {
            Files.createFile(devices.resolve(name));
        }
        assertThat(Machines.gpus(devices, null)).isEqualTo(3);
        assertThat(Machines.gpus(devices, "1,10")).isEqualTo(2);
        assertThat(Machines.gpus(devices, "")).isZero();
        assertThat(Machines.gpus(devices, "-1")).isZero();
    }
}
