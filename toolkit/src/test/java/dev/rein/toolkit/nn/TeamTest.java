package dev.rein.toolkit.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TeamTest {
    @Test
    void everyPieceIsDoneWhenRunReturns() {
        for (int threads = 1; threads <= 4; threads++) {
            int[] done = new int[7];
            Runnable[] pieces = new Runnable[done.length];
            for (int i = 0; i < pieces.length; i++) {
                int piece = i;
                pieces[i] = () -> done[piece]++;
            }
            try (var team = new Team(threads)) {
                for (int time = 1; time <= 1_000; time++) {
                    team.run(pieces);
                    assertThat(done).containsOnly(time);
                }
            }
        }
    }

    @Test
    void twoPiecesAreUnderWayAtTheSameTime() {
        var both = new CountDownLatch(2);
        Runnable meet = () -> {
            both.countDown();
            try {
                assertThat(both.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
        try (var team = new Team(2)) {
            team.run(meet, meet);
        }
    }

    @Test
    void aFailureIsToldAndTheTeamWorksOn() {
        try (var team = new Team(2)) {
            Runnable fails = () -> {
                throw new ArithmeticException("no number");
            };
            assertThatThrownBy(() -> team.run(() -> {}, fails))
                    .hasMessageContaining("no number")
                    .hasCauseInstanceOf(ArithmeticException.class);
            int[] done = new int[2];
            team.run(() -> done[0]++, () -> done[1]++);
            assertThat(done).containsExactly(1, 1);
        }
    }

    @Test
    void workAfterCloseIsRefused() {
        var team = new Team(2);
        team.close();
        assertThatThrownBy(() -> team.run(() -> {})).hasMessageContaining("expected: no work after close");
    }

    @Test
    void noThreadsAreRefused() {
        assertThatThrownBy(() -> new Team(0)).hasMessageContaining("threads: 0 (expected: 1..64)");
    }
}
