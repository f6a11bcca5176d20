using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Sensitivity;

/// <summary>
/// What converting one layer's sums with few bits alone does to the output: the divergence from the same network without
/// converters, simulated at adc fidelity with calibrated ranges, weights and activations at 8 bits. The most significant weight
/// slice sets the error, and in real numbers its step hardly depends on how many slices there are below, so one
/// measurement serves every width of weights and activations.
/// </summary>
/// <param name="Layers">[layer][ADC bits]; 0 = the profile's, taken to lose nothing.</param>
internal sealed record AdcSensitivity(ImmutableArray<ImmutableSortedDictionary<int, double>> Layers)
{
    private const int MaxSamples = 64, MinSamples = 16;

    /// <summary>Multiplications all measurements together may take; a larger network is measured on fewer samples.</summary>
    private const double MaxWork = 1e12;

    /// <summary>No layer may have narrower conversions.</summary>
    public static AdcSensitivity None(int layers) =>
        new([.. Enumerable.Repeat(ImmutableSortedDictionary<int, double>.Empty, layers)]);

    /// <summary>True if all of these widths were measured.</summary>
    public bool Covers(IReadOnlyList<int[]> adcBits) =>
        Layers.Length == adcBits.Count && adcBits.Select((bits, l) => bits.All(b => b == 0 || Layers[l].ContainsKey(b))).All(b => b);

    /// <summary>What was not measured is taken to lose too much to be chosen.</summary>
    public AdcSensitivity Conservative(IReadOnlyList<int[]> adcBits) => new(UnmeasuredWidths.AtLargeLoss(Layers, adcBits, 0));

    /// <summary>Measures every layer at the widths asked for, or as many layers as there is time for.</summary>
    /// <param name="source">The float network and its samples.</param>
    /// <param name="hardware">The machine.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="adcBits">Widths of each layer.</param>
    /// <param name="clock">When it is over, the rest is left out.</param>
    /// <param name="progress">One line a layer.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public static AdcSensitivity Measure(
        SampledNetwork source, HardwareProfile hardware, ImmutableArray<MvmLayer> layers, IReadOnlyList<int[]> adcBits, SearchClock clock,
        IProgress<string>? progress, CancellationToken cancellation)
    {
        (Graph graph, GraphInput input, SearchData data) = source;
        if (clock.IsOver || adcBits.All(b => b.All(w => w == 0))) return None(layers.Length);
        progress?.Report("Sensitivity of conversions: quantizing to 8 bits");
        var network = new AdcNetwork(
            graph, input, hardware, data.Fit, QuantizationPolicy.Uniform(layers.Select(l => l.NodeName), 8, 8), source.PostTraining,
            cancellation);
        double macs = layers.Sum(l => (double)l.MacsPerImage), runs = adcBits.Sum(b => b.Length);
        int samples = (int)Math.Clamp(MaxWork / Math.Max(1, macs * runs), MinSamples, MaxSamples);
        float[] reference = network.Run(data.Validation, samples, _ => AdcNetwork.Ideal, cancellation);
        var comparison = OutputComparison.For(graph, input, reference, Math.Min(samples, data.Validation.Count), default);
        var measured = ImmutableArray.CreateBuilder<ImmutableSortedDictionary<int, double>>();
        for (int l = 0; l < layers.Length; l++)
        {
            string name = layers[l].NodeName;
            if (clock.IsOver)
            {
                measured.Add(ImmutableSortedDictionary<int, double>.Empty);
                continue;
            }

            progress?.Report($"Sensitivity of conversions {l + 1} of {layers.Length}: {name}");
            measured.Add(adcBits[l].Where(b => b > 0).ToImmutableSortedDictionary(b => b, b => comparison.Of(
                network.Run(data.Validation, samples, n => n == name ? b : AdcNetwork.Ideal, cancellation)).Divergence));
        }

        return new AdcSensitivity(measured.ToImmutable());
    }
}
