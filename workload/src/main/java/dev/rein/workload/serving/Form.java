package dev.rein.workload.serving;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Dict;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.MultiBinary;
import dev.rein.toolkit.environment.MultiDiscrete;
import dev.rein.toolkit.environment.Part;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Tuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// How an observation or an action is worded in JSON. Its numbers lie in a row of floats in the order of the form.
sealed interface Form {
    /// Numbers it takes.
    int size();

    /// Opening brackets before anything else is said.
    int depth();

    /// Whether each of its numbers is a whole one.
    boolean[] whole();

    /// A number, or lists of them.
    ///
    /// @param lengths  of the lists, the outermost first; empty for a single number
    /// @param allWhole whether they are whole numbers: choices and switches
    record Numbers(List<Integer> lengths, boolean allWhole) implements Form {
        public Numbers {
            lengths = List.copyOf(lengths);
        }

        @Override
        public int size() {
            int size = 1;
            for (int length : lengths) {
                size *= length;
            }
            return size;
        }

        @Override
        public int depth() {
            return lengths.size();
        }

        @Override
        public boolean[] whole() {
            boolean[] whole = new boolean[size()];
            Arrays.fill(whole, allWhole);
            return whole;
        }
    }

    /// An object with a member for each part.
    record Named(SequencedMap<String, Form> parts) implements Form {
        public Named {
            parts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(parts));
        }

        @Override
        public int size() {
            return parts.values().stream().mapToInt(Form::size).sum();
        }

        @Override
        public int depth() {
            return 0;
        }

        @Override
        public boolean[] whole() {
            return Form.whole(List.copyOf(parts.values()));
        }
    }

    /// A list of the parts.
    record Listed(List<Form> parts) implements Form {
        public Listed {
            parts = List.copyOf(parts);
        }

        @Override
        public int size() {
            return parts.stream().mapToInt(Form::size).sum();
        }

        @Override
        public int depth() {
            return 1 + parts.getFirst().depth();
        }

        @Override
        public boolean[] whole() {
            return Form.whole(parts);
        }
    }

    private static boolean[] whole(List<Form> parts) {
        boolean[] whole = new boolean[parts.stream().mapToInt(Form::size).sum()];
        int at = 0;
        for (Form part : parts) {
            boolean[] own = part.whole();
            System.arraycopy(own, 0, whole, at, own.length);
            at += own.length;
        }
        return whole;
    }

    /// A choice is a number; numbers, switches and several choices are a list without further nesting; a Dict is an
    /// object, a Tuple a list of its parts.
    static Form of(Space space) {
        return switch (space) {
            case Discrete _ -> new Numbers(List.of(), true);
            case Box box -> new Numbers(List.of(box.size()), false);
            case MultiDiscrete multi -> new Numbers(List.of(multi.parts()), true);
            case MultiBinary(int n) -> new Numbers(List.of(n), true);
            case Dict dict -> {
                SequencedMap<String, Form> parts = new LinkedHashMap<>();
                for (Part part : dict.parts()) {
                    parts.put(part.name(), of(part.space()));
                }
                yield new Named(parts);
            }
            case Tuple tuple -> {
                List<Form> parts = new ArrayList<>();
                for (Part part : tuple.parts()) {
                    parts.add(of(part.space()));
                }
                yield new Listed(parts);
            }
        };
    }
}
