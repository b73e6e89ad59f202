package dev.rein.toolkit.dqn;

/// From a value and advantages to values of actions: `Q = V + A − mean A` (Wang et al. 2016, equation 9), and the
/// gradient back. A row holds `width` numbers of the value, then `width` for each action.
///
/// @param choices actions
/// @param width   numbers for one action
record Dueling(int choices, int width) {
    int inputs() {
        return (choices + 1) * width;
    }

    void forward(float[] raw, int rows, float[] values) {
        for (int row = 0; row < rows; row++) {
            int from = row * inputs();
            int to = row * choices * width;
            for (int i = 0; i < width; i++) {
                float mean = 0;
                for (int a = 1; a <= choices; a++) {
                    mean += raw[from + a * width + i] / choices;
                }
                for (int a = 0; a < choices; a++) {
                    values[to + a * width + i] = raw[from + i] + raw[from + (a + 1) * width + i] - mean;
                }
            }
        }
    }

    void backward(float[] byValues, int rows, float[] byRaw) {
        for (int row = 0; row < rows; row++) {
            int from = row * inputs();
            int to = row * choices * width;
            for (int i = 0; i < width; i++) {
                float sum = 0;
                for (int a = 0; a < choices; a++) {
                    sum += byValues[to + a * width + i];
                }
                byRaw[from + i] = sum;
                for (int a = 0; a < choices; a++) {
                    byRaw[from + (a + 1) * width + i] = byValues[to + a * width + i] - sum / choices;
                }
            }
        }
    }
}
