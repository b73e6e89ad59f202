package dev.rein.server.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rein.server.capacity.Capacity.Place;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CapacityTest {
    private static final long GIB = 1L << 30;
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

    private final Capacity capacity = new Capacity(new Resources(4, 16 * GIB));

    private Place enqueue(String name, int second, double cpus) {
        return capacity.enqueue(name, T0.plusSeconds(second), new Resources(cpus, GIB));
    }

    @Test
    void whoFitsIsServedAtOnce() {
        assertThat(enqueue("a", 0, 2).granted()).isDone();
        assertThat(enqueue("b", 1, 2).granted()).isDone();
        assertThat(enqueue("c", 2, 1).granted()).isNotDone();
        assertThat(capacity.waiting()).containsExactly("c");
    }

    @Test
    void aGpuIsWaitedForAndAMachineWithoutServesWhoAsksForOne() {
        var two = new Capacity(new Resources(8, 16 * GIB, 2));
        Place one = two.enqueue("one", T0, new Resources(1, GIB, 1));
        Place all = two.enqueue("all", T0.plusSeconds(1), new Resources(1, GIB, 8));
        assertThat(one.granted()).isDone();
        assertThat(all.granted()).isNotDone();
        assertThat(all.need()).hasToString("1 vCPU, 1 GiB and 2 GPUs");
        one.close();
        assertThat(all.granted()).isDone();
        assertThat(capacity.enqueue("p3", T0, new Resources(1, GIB, 1)).granted())
                .isDone();
    }

    @Test
    void nobodyOvertakes() {
        Place first = enqueue("a", 0, 3);
        Place large = enqueue("b", 1, 4);
        Place small = enqueue("c", 2, 1);
        assertThat(small.granted()).isNotDone();
        first.close();
        assertThat(large.granted()).isDone();
        assertThat(small.granted()).isNotDone();
        large.close();
        assertThat(small.granted()).isDone();
    }

    @Test
    void whoWasCreatedFirstIsServedFirstHoweverTheyCome() {
        Place running = enqueue("a", 0, 4);
        Place late = enqueue("late", 9, 4);
        Place early = enqueue("early", 5, 4);
        running.close();
        assertThat(early.granted()).isDone();
        assertThat(late.granted()).isNotDone();
    }

    @Test
    void whoIsLargerThanTheMachineRunsAlone() {
        Place giant = enqueue("giant", 0, 96);
        assertThat(giant.granted()).isDone();
        assertThat(giant.need().cpus()).isEqualTo(4);
        assertThat(enqueue("next", 1, 1).granted()).isNotDone();
    }

    @Test
    void whoLeavesTheQueueMakesRoomForTheNext() {
        enqueue("a", 0, 3);
        Place large = enqueue("b", 1, 4);
        Place small = enqueue("c", 2, 1);
        large.close();
        assertThat(small.granted()).isDone();
    }

    @Test
    void givingBackTwiceGivesBackOnce() {
        Place a = enqueue("a", 0, 2);
        enqueue("b", 1, 2);
        a.close();
        a.close();
        assertThat(enqueue("c", 2, 4).granted()).isNotDone();
    }

    @Test
    void whatRunsAlreadyIsCountedEvenBeyondTheMachine() {
        Place found = capacity.claim("found", T0, new Resources(4, GIB), Optional.empty());
        capacity.claim("other", T0, new Resources(4, GIB), Optional.empty());
        Place next = enqueue("next", 1, 1);
        found.close();
        assertThat(next.granted()).isNotDone();
    }

    @Nested
    final class GivenAClusterOfTwoJobs {
        private Place member(String name, int second, double cpus) {
            return capacity.enqueue(name, T0.plusSeconds(second), new Resources(cpus, GIB), Optional.of("cluster"));
        }

        @Test
        void theFirstWaitsForItsTurnAndTheSecondGoesBeforeOthers() {
            Place running = enqueue("running", 0, 3);
            Place first = member("first", 1, 2);
            Place other = enqueue("other", 2, 2);
            Place second = member("second", 3, 2);
            assertThat(first.granted()).isNotDone();
            running.close();
            assertThat(first.granted()).isDone();
            assertThat(second.granted()).isDone();
            assertThat(other.granted()).isNotDone();
        }

        @Test
        void theSecondWaitsWhereItWillFitAndNobodyTakesItsRoom() {
            Place running = enqueue("running", 0, 2);
            member("first", 1, 2);
            Place second = member("second", 2, 2);
            Place small = enqueue("small", 3, 0.5);
            assertThat(second.granted()).isNotDone();
            running.close();
            assertThat(second.granted()).isDone();
            assertThat(small.granted()).isNotDone();
        }

        @Test
        void whatWouldNeverFitBesideItsClusterExceedsTheMachineButOnlyOneDoes() {
            Place first = member("first", 0, 4);
            Place second = member("second", 1, 4);
            Place third = member("third", 2, 4);
            assertThat(second.granted()).isDone();
            assertThat(third.granted()).isNotDone();
            first.close();
            assertThat(third.granted()).isDone();
        }

        @Test
        void aSecondWithoutAFirstIsAJobLikeAnyOther() {
            enqueue("running", 0, 4);
            assertThat(member("second", 1, 1).granted()).isNotDone();
        }

        @Test
        void whatRunsAlreadyCountsAsItsFirst() {
            capacity.claim("found", T0, new Resources(4, GIB), Optional.of("cluster"));
            assertThat(member("second", 1, 1).granted()).isDone();
        }
    }

    @Nested
    final class GivenAnInstanceType {
        @ParameterizedTest
        @CsvSource({
            "ml.m5.large, 2, 8",
            "ml.m5.xlarge, 4, 16",
            "ml.c5.2xlarge, 8, 16",
            "ml.c4.8xlarge, 36, 60",
            "ml.r5.4xlarge, 16, 128",
            "ml.m5.24xlarge, 96, 384",
            "ml.m9xyz.2xlarge, 8, 32",
        })
        void itsSizeIsRead(String name, double cpus, long gib) {
            assertThat(InstanceType.parse(name).orElseThrow().resources()).isEqualTo(new Resources(cpus, gib * GIB));
        }

        @ParameterizedTest
        @CsvSource({
            "ml.p2.xlarge, 4, 61, 1",
            "ml.p3.2xlarge, 8, 61, 1",
            "ml.p3.8xlarge, 32, 244, 4",
            "ml.g4dn.xlarge, 4, 16, 1",
            "ml.g5.12xlarge, 48, 192, 4",
            "ml.p4d.24xlarge, 96, 768, 8",
        })
        void itsGpusAreCounted(String name, double cpus, long gib, int gpus) {
            InstanceType type = InstanceType.parse(name).orElseThrow();
            assertThat(type.resources()).isEqualTo(new Resources(cpus, gib * GIB, gpus));
            assertThat(type.gpus()).isEqualTo(gpus);
        }

        @ParameterizedTest
        @CsvSource({"ml.local, -1", "local_gpu, -1", "local, 0"})
        void localIsThisMachine(String name, int gpus) {
            InstanceType type = InstanceType.parse(name).orElseThrow();
            Resources machine = Resources.ofThisMachine();
            assertThat(type.resources().cpus()).isEqualTo(machine.cpus());
            assertThat(type.resources().memoryBytes()).isEqualTo(machine.memoryBytes());
            assertThat(type.gpus()).isEqualTo(gpus);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "Local",
                    "ml.local.large",
                    "ml.m5",
                    "m5.large",
                    "ml.m5.huge",
                    "ml.m5.0xlarge",
                    "ml.m5.large ",
                    "ml..large"
                })
        void whatIsNoneIsRefused(String name) {
            assertThat(InstanceType.parse(name)).isEmpty();
        }
    }
}
