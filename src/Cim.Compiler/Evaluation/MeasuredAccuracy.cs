using Cim.Runtime;

namespace Cim.Compiler.Evaluation;

/// <summary>What labelled samples say about a compiled network, at the fidelity its class uses and at those below.</summary>
/// <param name="Fidelity">The fidelity at which budgets are checked and headlines are printed.</param>
/// <param name="Float">The float network.</param>
/// <param name="Exact">Integer arithmetic, on all samples.</param>
/// <param name="ExactOnFirst">Integer arithmetic on the first samples, those that are simulated through converters.</param>
/// <param name="Adc">Through converters, on the first samples (all of them, unless the network is large).</param>
/// <param name="Compiled">At <paramref name="Fidelity"/>: one of these, or of cells and wires on the first samples.</param>
internal sealed record MeasuredAccuracy(
    Fidelity Fidelity, Accuracy Float, Accuracy Exact, Accuracy ExactOnFirst, Accuracy Adc, Accuracy Compiled)
{
    /// <summary>
    /// Percentage points lost against the float network. What arrays and converters lose was measured on the same samples with and
    /// without them, so that it does not matter which samples those are.
    /// </summary>
    public double LossPoints => (100 * (Float.Fraction - Exact.Fraction)) + HardwarePoints;

    /// <summary>Percentage points of <see cref="LossPoints"/> that converters, cells and wires lose.</summary>
    public double HardwarePoints => Fidelity == Fidelity.Exact ? 0 : 100 * (ExactOnFirst.Fraction - Compiled.Fraction);

    /// <summary>Percentage points that converters lose, whatever <see cref="Fidelity"/> is.</summary>
    public double ConverterPoints => 100 * (ExactOnFirst.Fraction - Adc.Fraction);
}
