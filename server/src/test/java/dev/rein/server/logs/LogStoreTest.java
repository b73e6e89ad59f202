package dev.rein.server.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostExit;
import dev.rein.server.backend.HostId;
import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.Caller;
import dev.rein.server.wire.ErrorCode;
import dev.rein.server.wire.Operations;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogGroupsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogGroupsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilterLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilterLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogStream;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;

class LogStoreTest {
    private static final String GROUP = "/aws/sagemaker/TrainingJobs";
    private static final String STREAM = "job/algo-1-1700000000000";
    private static final Caller CALLER =
            new Caller("AKIA", "000000000000", "us-west-2", "arn:aws:iam::000000000000:root");

    @TempDir
    Path folder;

    private final AtomicLong clock = new AtomicLong(1_000);
    private final InstantSource time = () -> java.time.Instant.ofEpochMilli(clock.get());
    private final List<LogEvent> heard = Collections.synchronizedList(new ArrayList<>());
    private LogStore store;
    private Client client;

    @BeforeEach
    void open() throws IOException {
        store = LogStore.open(folder.resolve("logs"), time);
        client = new Client();
        new LogApi(store).register(client);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void linesAreStoredInOrderAndHeard() throws Exception {
        printAll("one\n\ntwo\r\nthree");
        assertThat(messages()).containsExactly("one", "", "two", "three");
        assertThat(heard).extracting(LogEvent::message).containsExactly("one", "", "two", "three");
    }

    @Test
    void aLineIsHeardSoonAfterItIsPrinted() throws Exception {
        var host = new PrintingHost();
        follow(host);
        host.print("early\n");
        eventually(() -> heard.size() == 1);
        host.end();
    }

    @Test
    void aLineWithoutItsEndIsStoredAfterASecondAndItsEndMakesNoEmptyEvent() throws Exception {
        var host = new PrintingHost();
        var stored = follow(host);
        host.print("Password: ");
        eventually(() -> heard.size() == 1);
        host.print("\nnext\n");
        host.end();
        stored.get(20, TimeUnit.SECONDS);
        assertThat(messages()).containsExactly("Password: ", "next");
    }

    @Test
    void ofAProgressBarTheLastStateStays() throws Exception {
        printAll("start\n10%\r20%\r30%\r\ndone\n1/2\r2/2");
        assertThat(messages()).containsExactly("start", "10%", "30%", "done", "2/2");
    }

    @Test
    void brokenTextIsReplacedAndLongLinesAreCutBetweenCharacters() throws Exception {
        byte[] broken = {'a', (byte) 0xff, 'b', '\n'};
        var long1 = "é".repeat(LineSplitter.LONGEST) + "x\n";
        var host = new PrintingHost();
        host.print(broken);
        host.print(long1.getBytes(UTF_8));
        host.end();
        follow(host).get(20, TimeUnit.SECONDS);
        assertThat(messages().getFirst()).isEqualTo("a\uFFFDb");
        assertThat(String.join("", messages().subList(1, messages().size()))).isEqualTo(long1.strip());
        assertThat(messages()).hasSizeGreaterThan(2).noneMatch(message -> message.length() > 300_000);
    }

    @Test
    void theClockSetBackDoesNotSetEventsBack() throws Exception {
        var host = new PrintingHost();
        var stored = follow(host);
        host.print("one\n");
        eventually(() -> heard.size() == 1);
        clock.set(500);
        host.print("two\n");
        eventually(() -> heard.size() == 2);
        host.end();
        stored.get(20, TimeUnit.SECONDS);
        assertThat(get(b -> b.startFromHead(true)).events())
                .extracting(OutputLogEvent::timestamp)
                .containsExactly(1_000L, 1_000L);
    }

    @Test
    void aLaterStoreGoesOnWithoutGapOrRepetitionWhereverTheFirstWasCut() throws Exception {
        var text = new StringBuilder();
        for (int line = 0; line < 5_000; line++) {
            text.append("line ").append(line).append('\n');
        }
        var host = new PrintingHost();
        host.print(text.toString());
        var first = follow(host);
        eventually(() -> heard.size() == 5_000);
        store.close();
        assertThat(first).isNotDone();
        Path events = folder.resolve("logs/=%2Faws%2Fsagemaker%2FTrainingJobs/=job%2Falgo-1-1700000000000/events");
        byte[] whole = Files.readAllBytes(events);
        for (int cut : new int[] {whole.length, whole.length - 1, whole.length - 23, whole.length - 40, 70_000, 1, 0}) {
            byte[] torn = Arrays.copyOf(Arrays.copyOf(whole, cut), Math.min(whole.length, cut + 30)); // zeros behind
            Files.write(events, torn);
            open();
            var stored = follow(host);
            if (cut == 0) {
                host.print("last\n");
                host.end();
                stored.get(20, TimeUnit.SECONDS);
                assertThat(messages()).hasSize(5_001).endsWith("line 4999", "last");
            } else {
                eventually(() -> messages().size() == 5_000);
            }
            assertThat(messages().subList(0, 5_000))
                    .containsExactly(text.toString().split("\n"));
            store.close();
        }
        open();
    }

    @Nested
    class GivenAStoredStream {
        @BeforeEach
        void print() throws Exception {
            var host = new PrintingHost();
            var stored = follow(host);
            for (int i = 1; i <= 3; i++) {
                clock.set(i * 1_000L);
                host.print(("a" + i + "\nb" + i + "\n"));
                int seen = i * 2;
                eventually(() -> heard.size() == seen);
            }
            host.end();
            stored.get(20, TimeUnit.SECONDS);
        }

        @Test
        void pagesGoForwardToATokenThatStays() {
            var page = get(b -> b.startFromHead(true).limit(4));
            assertThat(texts(page)).containsExactly("a1", "b1", "a2", "b2");
            String token = page.nextForwardToken();
            var rest = get(b -> b.startFromHead(true).nextToken(token));
            assertThat(texts(rest)).containsExactly("a3", "b3");
            var end = get(b -> b.startFromHead(true).nextToken(rest.nextForwardToken()));
            assertThat(end.events()).isEmpty();
            assertThat(end.nextForwardToken()).isEqualTo(rest.nextForwardToken());
        }

        @Test
        void pagesGoBackwardFromTheEnd() {
            var page = get(b -> b.limit(4));
            assertThat(texts(page)).containsExactly("a2", "b2", "a3", "b3");
            var rest = get(b -> b.limit(4).nextToken(page.nextBackwardToken()));
            assertThat(texts(rest)).containsExactly("a1", "b1");
            var head = get(b -> b.nextToken(rest.nextBackwardToken()));
            assertThat(head.events()).isEmpty();
            assertThat(head.nextBackwardToken()).isEqualTo(rest.nextBackwardToken());
        }

        @Test
        void startIsInclusiveAndEndIsNot() {
            assertThat(texts(get(b -> b.startFromHead(true).startTime(2_000L))))
                    .containsExactly("a2", "b2", "a3", "b3");
            assertThat(texts(get(b -> b.startFromHead(true).startTime(1_001L).endTime(3_000L))))
                    .containsExactly("a2", "b2");
            assertThat(get(b -> b.startFromHead(true).startTime(9_000L)).events())
                    .isEmpty();
        }

        @Test
        void filteringMergesStreamsByTimeAndPages() throws Exception {
            clock.set(2_500);
            var other = new PrintingHost();
            other.print("ERROR a other\nfine\n");
            other.end();
            store.follow(other, GROUP, "job/algo-2-1700000000000", _ -> {}).get(20, TimeUnit.SECONDS);
            assertThat(filter(b -> b.filterPattern("a"), 100)).containsExactly("a1", "a2", "ERROR a other", "a3");
            assertThat(filter(b -> b.filterPattern("a -other"), 1)).containsExactly("a1", "a2", "a3");
            assertThat(filter(b -> b.filterPattern("?b2 ?\"ERROR a\""), 1)).containsExactly("b2", "ERROR a other");
            assertThat(filter(b -> b.logStreamNamePrefix("job/algo-2"), 1)).containsExactly("ERROR a other", "fine");
            assertThat(filter(b -> b.startTime(2_000L).endTime(3_000L), 2))
                    .containsExactly("a2", "b2", "ERROR a other", "fine");
            assertThatThrownBy(() -> filter(b -> b.filterPattern("{ $.a = 1 }"), 1))
                    .isInstanceOf(ApiException.class)
                    .hasMessageContaining("filterPattern");
        }

        @Test
        void streamsAreDescribedWithoutATokenWhenAskedByPrefix() {
            DescribeLogStreamsResponse streams = client.call(
                    "DescribeLogStreams",
                    DescribeLogStreamsRequest.builder()
                            .logGroupName(GROUP)
                            .logStreamNamePrefix("job/")
                            .limit(1)
                            .build());
            assertThat(streams.logStreams()).singleElement().satisfies(stream -> {
                assertThat(stream).extracting(LogStream::logStreamName).isEqualTo(STREAM);
                assertThat(stream.firstEventTimestamp()).isEqualTo(1_000);
                assertThat(stream.lastEventTimestamp()).isEqualTo(3_000);
            });
            assertThat(streams.nextToken()).isNull();
            DescribeLogGroupsResponse groups = client.call(
                    "DescribeLogGroups",
                    DescribeLogGroupsRequest.builder()
                            .logGroupNamePrefix("/aws")
                            .build());
            assertThat(groups.logGroups())
                    .singleElement()
                    .satisfies(group -> assertThat(group.logGroupName()).isEqualTo(GROUP));
        }

        @Test
        void whatIsMissingOrMalformedIsToldInAwssWords() {
            assertThatThrownBy(() -> client.call(
                            "DescribeLogStreams",
                            DescribeLogStreamsRequest.builder()
                                    .logGroupName("/none")
                                    .build()))
                    .hasMessage("The specified log group does not exist.")
                    .extracting("code")
                    .isEqualTo(ErrorCode.LOGS_RESOURCE_NOT_FOUND);
            for (String stream : List.of("none", "..", "../..", "x".repeat(500), "\0")) {
                assertThatThrownBy(() -> client.call(
                                "GetLogEvents",
                                GetLogEventsRequest.builder()
                                        .logGroupName(GROUP)
                                        .logStreamName(stream)
                                        .build()))
                        .hasMessage("The specified log stream does not exist.");
            }
            for (String token : List.of("x", "f/1", "f/" + "9".repeat(56), "b/" + "0".repeat(55) + "x")) {
                assertThatThrownBy(() -> get(b -> b.nextToken(token))).hasMessageContaining("nextToken is invalid");
            }
        }
    }

    // --- the givens ---

    private CompletableFuture<Void> follow(Host host) {
        return store.follow(host, GROUP, STREAM, heard::add);
    }

    private void printAll(String text) throws Exception {
        var host = new PrintingHost();
        host.print(text);
        host.end();
        follow(host).get(20, TimeUnit.SECONDS);
    }

    private List<String> messages() {
        var messages = new ArrayList<String>();
        String token = null;
        while (true) {
            String from = token;
            var page = get(b -> b.startFromHead(true).nextToken(from));
            messages.addAll(texts(page));
            if (page.events().isEmpty()) {
                return messages;
            }
            token = page.nextForwardToken();
        }
    }

    private GetLogEventsResponse get(java.util.function.Consumer<GetLogEventsRequest.Builder> how) {
        var request = GetLogEventsRequest.builder().logGroupName(GROUP).logStreamName(STREAM);
        how.accept(request);
        return client.call("GetLogEvents", request.build());
    }

    private static List<String> texts(GetLogEventsResponse page) {
        return page.events().stream().map(OutputLogEvent::message).toList();
    }

    private List<String> filter(java.util.function.Consumer<FilterLogEventsRequest.Builder> how, int limit) {
        var messages = new ArrayList<String>();
        String token = null;
        do {
            var request = FilterLogEventsRequest.builder()
                    .logGroupName(GROUP)
                    .limit(limit)
                    .nextToken(token);
            how.accept(request);
            FilterLogEventsResponse page = client.call("FilterLogEvents", request.build());
            page.events().forEach(event -> messages.add(event.message()));
            token = page.nextToken();
        } while (token != null);
        return messages;
    }

    private static void eventually(BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited 20 s").isLessThan(until);
            Thread.sleep(2);
        }
    }

    /// Calls handlers as the front does, without HTTP.
    private static final class Client implements Operations {
        private final Map<String, Handler<?, ?>> handlers = new HashMap<>();

        @Override
        public <I extends SdkPojo, O extends SdkPojo> void on(
                String service, String name, Supplier<? extends SdkPojo> request, Handler<I, O> handler) {
            handlers.put(name, handler);
        }

        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the test names the answer it expects
        <I extends SdkPojo, O extends SdkPojo> O call(String name, I request) {
            return (O) ((Handler<I, ?>) java.util.Objects.requireNonNull(handlers.get(name))).call(request, CALLER);
        }
    }

    /// A host that prints what it is told.
    private final class PrintingHost implements Host {
        private final Path log;
        private final CompletableFuture<HostExit> exit = new CompletableFuture<>();

        PrintingHost() throws IOException {
            log = Files.createTempFile(folder, "host", ".log");
        }

        void print(String text) throws IOException {
            print(text.getBytes(UTF_8));
        }

        void print(byte[] bytes) throws IOException {
            try (OutputStream out = Files.newOutputStream(log, StandardOpenOption.APPEND)) {
                out.write(bytes);
            }
        }

        void end() {
            exit.complete(new HostExit.Exited(0, false));
        }

        @Override
        public HostId id() {
            return new HostId("training-job/job", "algo-1");
        }

        @Override
        public Path ml() {
            return folder;
        }

        @Override
        public Path log() {
            return log;
        }

        @Override
        public CompletableFuture<HostExit> exit() {
            return exit;
        }

        @Override
        public Optional<URI> address() {
            return Optional.empty();
        }

        @Override
        public void terminate() {}

        @Override
        public void kill() {}

        @Override
        public void remove() {}
    }
}
