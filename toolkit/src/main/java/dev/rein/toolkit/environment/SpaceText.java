package dev.rein.toolkit.environment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// Spaces as one line of words, each kind followed by as many as it needs.
final class SpaceText {
    /// Marks the dimension of an image's channels where its shape does not tell.
    private static final String CHANNELS = "c";

    private SpaceText() {}

    static String describe(Space space) {
        return switch (space) {
            case Box box -> "box %s %s %s".formatted(shape(box), bounds(box.low()), bounds(box.high()));
            case Discrete(int n) -> "discrete " + n;
            case MultiDiscrete multi -> "multidiscrete " + joined(multi.n(), ",");
            case MultiBinary(int n) -> "multibinary " + n;
            case Dict dict ->
                "dict %d %s"
                        .formatted(
                                dict.parts().size(),
                                dict.parts().stream()
                                        .map(part -> part.name() + " " + describe(part.space()))
                                        .collect(Collectors.joining(" ")));
            case Tuple tuple ->
                "tuple %d %s"
                        .formatted(
                                tuple.parts().size(),
                                tuple.parts().stream()
                                        .map(part -> describe(part.space()))
                                        .collect(Collectors.joining(" ")));
        };
    }

    private static String shape(Box box) {
        String[] lengths = joined(box.shape(), "x").split("x", -1);
        if (box.saysChannels()) {
            lengths[box.channelAxis()] += CHANNELS;
        }
        return String.join("x", lengths);
    }

    static Space parse(String text) {
        Iterator<String> words = Arrays.asList(text.split(" ", -1)).iterator();
        Space space = space(words, text);
        if (words.hasNext()) {
            throw new IllegalArgumentException("space: \"%s\" goes on after its end".formatted(text));
        }
        return space;
    }

    private static Space space(Iterator<String> words, String text) {
        String kind = word(words, text);
        return switch (kind) {
            case "box" -> box(word(words, text), word(words, text), word(words, text));
            case "discrete" -> new Discrete(Integer.parseInt(word(words, text)));
            case "multidiscrete" -> new MultiDiscrete(whole(word(words, text), ","));
            case "multibinary" -> new MultiBinary(Integer.parseInt(word(words, text)));
            case "dict" -> {
                SequencedMap<String, Space> parts = new LinkedHashMap<>();
                for (int left = Integer.parseInt(word(words, text)); left > 0; left--) {
                    String name = word(words, text);
                    parts.put(name, space(words, text));
                }
                yield new Dict(parts);
            }
            case "tuple" -> {
                List<Space> parts = new ArrayList<>();
                for (int left = Integer.parseInt(word(words, text)); left > 0; left--) {
                    parts.add(space(words, text));
                }
                yield new Tuple(parts);
            }
            default ->
                throw new IllegalArgumentException(
                        "space: \"%s\" is unknown (expected: box, discrete, multidiscrete, multibinary, dict or tuple)"
                                .formatted(kind));
        };
    }

    private static String word(Iterator<String> words, String text) {
        if (!words.hasNext()) {
            throw new IllegalArgumentException("space: \"%s\" ends too early".formatted(text));
        }
        return words.next();
    }

    private static Box box(String shapeText, String lowText, String highText) {
        int[] shape = whole(shapeText.replace(CHANNELS, ""), "x");
        int size = Box.size(shape);
        var box = new Box(bounds(lowText, size), bounds(highText, size), shape);
        if (!shapeText.contains(CHANNELS)) {
            return box;
        }
        return shapeText.endsWith(CHANNELS) ? box.channelsLast() : box.channelsFirst();
    }

    private static float[] bounds(String text, int size) {
        String[] words = text.split(",", -1);
        float[] bounds = new float[words.length == 1 ? size : words.length];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = Float.parseFloat(words[words.length == 1 ? 0 : i]);
        }
        return bounds;
    }

    private static String bounds(float[] bounds) {
        boolean same = true;
        StringBuilder text = new StringBuilder();
        for (float bound : bounds) {
            text.append(text.isEmpty() ? "" : ",").append(bound);
            same &= Float.compare(bound, bounds[0]) == 0;
        }
        return same ? Float.toString(bounds[0]) : text.toString();
    }

    private static int[] whole(String text, String separator) {
        return Arrays.stream(text.split(separator, -1))
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    private static String joined(int[] values, String separator) {
        return Arrays.stream(values).mapToObj(Integer::toString).collect(Collectors.joining(separator));
    }
}
