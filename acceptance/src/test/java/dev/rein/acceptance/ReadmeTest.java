package dev.rein.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The README says what is there.
class ReadmeTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

    @Test
    void itsProgramIsTheOneThatIsCompiled() throws IOException {
        assertThat(Files.readString(Checkout.root().resolve("README.md")))
                .contains(Files.readString(Checkout.root().resolve("examples/cartpole/TrainAndServe.java")));
    }

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        for (String page : new String[] {"README.md", "ARCHITECTURE.md"}) {
            Matcher link = LINK.matcher(Files.readString(Checkout.root().resolve(page)));
            while (link.find()) {
                Path target = Checkout.root().resolve(link.group(1));
                assertThat(target).as("%s links to it", page).exists();
            }
        }
    }
}
