package dev.rein.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.ErrorCode;
import java.util.ArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class AdmissionTest {
    @Test
    void whoIsOneTooManyIsThrottledAtOnceAndMayComeBack() {
        var admission = new Admission(3, 1 << 20);
        var visits = new ArrayList<Admission.Visit>();
        for (int i = 0; i < 3; i++) {
            visits.add(admission.enter());
        }
        assertThrottled(admission::enter);
        visits.removeLast().close();
        visits.add(admission.enter());
        assertThrottled(admission::enter);
        visits.forEach(Admission.Visit::close);
    }

    @Test
    void bodiesTakeNoMoreMemoryThanThereIsAndGiveItBack() {
        var admission = new Admission(100, 10 << 10);
        try (var first = admission.enter();
                var second = admission.enter()) {
            first.reserve(6 << 10);
            assertThrottled(() -> second.reserve(5 << 10));
            second.reserve(4 << 10);
            assertThrottled(() -> first.reserve(1));
        }
        try (var third = admission.enter()) {
            third.reserve(10 << 10);
        }
    }

    private static void assertThrottled(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ApiException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.THROTTLING);
            assertThat(e).hasMessage("Rate exceeded");
        });
    }
}
