using Cim.Compiler.Precision;
using Cim.Compiler.Statistics;
using Cim.Training.Numerics;

namespace Cim.Compiler.Quantization;

/// <summary>
/// Rounds one output's weights so that the error of the layer's output, not of the weights, is small: minimises
/// (s q - w)^T H (s q - w) over integers q and the scale s, H the covariance of the layer's inputs. Babai's nearest plane
/// (the same as GPTQ's error feedback, arXiv 2210.17323), then alternating coordinate descent and least-squares scale.
/// </summary>
internal sealed class ErrorCompensatedRounding
{
    private const int Sweeps = 4;

    private readonly int _rows;
    private readonly int[] _order; // position -> row, least important first: the last position is rounded first
    private readonly double[] _covariance, _upper;

    private ErrorCompensatedRounding(int rows, int[] order, double[] covariance, double[] upper) =>
        (_rows, _order, _covariance, _upper) = (rows, order, covariance, upper);

    /// <summary>Prepares for a damped covariance matrix [rows, rows]; null if it is not positive definite.</summary>
    public static ErrorCompensatedRounding? Create(
        ReadOnlySpan<double> covariance, int rows, CancellationToken cancellation = default)
    {
        double[] diagonal = new double[rows];
        for (int i = 0; i < rows; i++) diagonal[i] = covariance[(i * rows) + i];
        int[] order = [.. Enumerable.Range(0, rows).OrderBy(i => diagonal[i]).ThenBy(i => i)];
        double[] permuted = new double[rows * rows];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < rows; j++) permuted[(i * rows) + j] = covariance[(order[i] * rows) + order[j]];
        double[]? lower = SymmetricMatrix.Cholesky(permuted, rows, cancellation);
        return lower is null ? null : new ErrorCompensatedRounding(rows, order, permuted, SymmetricMatrix.Transpose(lower, rows));
    }

    /// <summary>Rounds the weights of one output.</summary>
    /// <param name="weights">The real weights wanted.</param>
    /// <param name="scale">The scale to begin with.</param>
    /// <param name="bits">Width.</param>
    /// <param name="integers">Receives the integers.</param>
    /// <returns>The scale to go with them.</returns>
    public float Round(ReadOnlySpan<float> weights, float scale, int bits, Span<sbyte> integers)
    {
        int[] levels = new int[_rows], steps = new int[_rows];
        Array.Fill(levels, WeightScales.Levels(bits));
        Array.Fill(steps, 1);
        return Round(weights, scale, levels, steps, integers);
    }

    /// <summary>The same with a grid of its own for each weight: multiples of its step, so many to each side.</summary>
    public float Round(
        ReadOnlySpan<float> weights, float scale, ReadOnlySpan<int> levelsOfRow, ReadOnlySpan<int> stepOfRow, Span<sbyte> integers)
    {
        int n = _rows;
        int[] levels = new int[n], steps = new int[n];
        for (int i = 0; i < n; i++) (levels[i], steps[i]) = (levelsOfRow[_order[i]], stepOfRow[_order[i]]);
        double[] wanted = new double[n], error = new double[n];
        int[] q = new int[n];
        for (int i = 0; i < n; i++) wanted[i] = weights[_order[i]];

        double s = scale;
        for (int j = n - 1; j >= 0; j--)
        {
            double carried = SymmetricMatrix.Dot(_upper.AsSpan((j * n) + j + 1, n - j - 1), error.AsSpan(j + 1)) / _upper[(j * n) + j];
            // A weight of exactly zero was pruned and stays so.
            q[j] = wanted[j] == 0 ? 0 : WeightScales.Round((wanted[j] + carried) / (s * steps[j]), levels[j]) * steps[j];
            error[j] = wanted[j] - (q[j] * s);
        }

        double[] gradient = new double[n];
        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            s = BestScale(wanted, q, s, gradient);
            for (int i = 0; i < n; i++) error[i] = wanted[i] - (q[i] * s);
            for (int i = 0; i < n; i++) gradient[i] = SymmetricMatrix.Dot(_covariance.AsSpan(i * n, n), error);
            if (!Descend(wanted, q, error, gradient, s, levels, steps)) break;
        }

        for (int i = 0; i < n; i++) integers[_order[i]] = (sbyte)q[i];
        // Fitted to measured statistics: their last bits must not become those of the scale.
        return (float)FloatGrid.Snap(s, FloatGrid.FittedBits);
    }

    /// <summary>The s that minimises the objective for fixed integers: q^T H w / q^T H q.</summary>
    private double BestScale(double[] wanted, int[] q, double orElse, double[] scratch)
    {
        int n = _rows;
        for (int i = 0; i < n; i++) scratch[i] = q[i];
        double mixed = 0, square = 0;
        for (int i = 0; i < n; i++)
        {
            if (q[i] == 0) continue;
            ReadOnlySpan<double> row = _covariance.AsSpan(i * n, n);
            mixed += q[i] * SymmetricMatrix.Dot(row, wanted);
            square += q[i] * SymmetricMatrix.Dot(row, scratch);
        }

        double s = mixed / square;
        return square > 0 && s > 0 ? s : orElse;
    }

    /// <summary>One pass over the coordinates, each set to its best integer given all others.</summary>
    private bool Descend(double[] wanted, int[] q, double[] error, double[] gradient, double s, int[] levels, int[] steps)
    {
        int n = _rows;
        bool changed = false;
        for (int i = n - 1; i >= 0; i--)
        {
            if (wanted[i] == 0) continue;
            double curvature = _covariance[(i * n) + i];
            int better = WeightScales.Round((q[i] + (gradient[i] / (curvature * s))) / steps[i], levels[i]) * steps[i];
            if (better == q[i]) continue;
            double step = (better - q[i]) * s;
            // Rounding to the nearest integer never raises the objective; ties change nothing worth another sweep.
            if ((step * step * curvature) - (2 * step * gradient[i]) >= -1e-12 * curvature * s * s) continue;
            q[i] = better;
            error[i] -= step;
            SymmetricMatrix.AddScaled(gradient, -step, _covariance.AsSpan(i * n, n));
            changed = true;
        }

        return changed;
    }
}
