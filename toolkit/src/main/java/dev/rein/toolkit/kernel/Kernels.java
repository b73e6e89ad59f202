package dev.rein.toolkit.kernel;

/// The arithmetic of small networks on flat, row-major `float[]`. All methods overwrite only what they name,
/// allocate nothing, and check no shapes: callers check theirs once, at their door.
///
/// Two implementations give the same results up to the order of additions; each alone is deterministic.
public sealed interface Kernels permits ScalarKernels, VectorKernels {
    /// `C = A·B + bias`, or `C += A·B` without a bias.
    ///
    /// @param a      `m × k`; element (i, p) is at `a0 + i * aRow + p * aColumn`, so a transposed matrix needs no
    ///     copy
    /// @param b      `k × n`, rows next to each other, from `b0`
    /// @param bias   from `bias0`, `n` long; not read when `accumulate`
    /// @param c      `m × n`, rows next to each other, from `c0`
    void multiply(
            float[] a,
            int a0,
            int aRow,
            int aColumn,
            float[] b,
            int b0,
            float[] bias,
            int bias0,
            float[] c,
            int c0,
            int m,
            int n,
            int k,
            boolean accumulate);

    /// `y = xᵀ`.
    ///
    /// @param x `rows × columns`, from `x0`
    /// @param y `columns × rows`, from element 0
    void transpose(float[] x, int x0, int rows, int columns, float[] y);

    /// `x = tanh(x)` for `length` elements. At most 4 ulp from the exact value; the same on every machine.
    void tanh(float[] x, int from, int length);

    /// `gradient *= 1 - y²`, the derivative of tanh by its output.
    void tanhBackward(float[] y, int y0, float[] gradient, int g0, int length);

    /// `x = max(x, 0)`.
    void relu(float[] x, int from, int length);

    /// `gradient = 0` where `y` is not positive.
    void reluBackward(float[] y, int y0, float[] gradient, int g0, int length);

    /// `sum[j] += Σ_i x[i, j]` over `rows` rows of `columns`.
    void addColumnSums(float[] x, int x0, int rows, int columns, float[] sum, int sum0);

    double sumOfSquares(float[] x, int from, int length);

    /// One step of Adam (Kingma & Ba 2015, algorithm 1), with the gradient scaled on its way in.
    ///
    /// @param stepSize `α · √(1 − β₂ᵗ) / (1 − β₁ᵗ)`
    /// @param epsilon  already multiplied by `√(1 − β₂ᵗ)`
    void adam(
            float[] parameter,
            float[] gradient,
            float scale,
            float[] mean,
            float[] square,
            float beta1,
            float beta2,
            float stepSize,
            float epsilon);

    /// The quantile Huber loss (Dabney et al. 2018, equations 9 and 10; κ = 1) of each quantile against each of
    /// the targets `shift + scale · target`, summed. Quantile i of `count` has the level `(i + ½) / count`. The
    /// twins' sums are the same bit for bit.
    ///
    /// @param quantile `count` of them, from `q0`
    /// @param target   `targets` of them, from `t0`
    /// @param gradient overwritten from `g0` with the slope by each quantile
    /// @return the sum over quantiles
    double quantileHuber(
            float[] quantile,
            int q0,
            int count,
            float[] target,
            int t0,
            int targets,
            float shift,
            float scale,
            float[] gradient,
            int g0);

    /// The implementation for this machine, chosen once: see [KernelChoice].
    static Kernels active() {
        return KernelChoice.ACTIVE;
    }
}
