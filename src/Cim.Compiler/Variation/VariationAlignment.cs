using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Devices;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;

namespace Cim.Compiler.Variation;

/// <summary>
/// Variation-aware quantization. Afterwards the errors of the cells fall into output bits that requantization throws away:
/// every tensor keeps at most the bits its producers can give rightly, weights keep the bits that carry more than the error
/// around them, and every layer lies on the cheapest cells that keep its codes right. Formulas: docs/variation.md.
/// </summary>
internal sealed class VariationAlignment
{
    /// <summary>Weight bits that are taken back where the codes cannot be aligned without.</summary>
    private const int ExtraWeightBits = 2;

    private readonly VariedNetwork _network;
    private readonly IProgress<string>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly ImmutableArray<ActivationGroup> _groups;

    private VariationAlignment(VariedNetwork network, IProgress<string>? progress, CancellationToken cancellation)
    {
        (_network, _progress, _cancellation) = (network.RoundedPlainly, progress, cancellation);
        _groups = ActivationGroups.Find(network.Graph, MvmLayers.Find(network.Graph));
    }

    private HardwareProfile Hardware => _network.Hardware;

    private VariationOptions Options => _network.Options;

    /// <summary>Narrows a policy until variation changes no output code.</summary>
    /// <param name="network">The network, its calibration samples and its hardware, and the asked probability.</param>
    /// <param name="policy">The widest precision each layer may have.</param>
    /// <param name="progress">One line per step.</param>
    /// <param name="cancellation">Checked between layers.</param>
    /// <returns>The policy, and what is predicted of each layer; without any variation the policy is unchanged.</returns>
    public static (QuantizationPolicy Policy, ImmutableArray<LayerAlignment> Layers) Run(
        VariedNetwork network, QuantizationPolicy policy, IProgress<string>? progress, CancellationToken cancellation)
    {
        if (!Varies(network.Hardware)) return (policy, []);
        var alignment = new VariationAlignment(network, progress, cancellation);
        return alignment.MapLayers(alignment.NarrowOutputs(policy));
    }

    /// <summary>True if a chip of this hardware differs from its design.</summary>
    public static bool Varies(HardwareProfile hardware) =>
        hardware is not { ReadNoiseSigma: 0, AdcGainSigma: 0, AdcOffsetSigma: 0 } || !new CellProgrammer(hardware, 0, 0).IsIdeal;

    /// <summary>Drops bits of every tensor until its producers, on their quietest cells, give the last kept one rightly.</summary>
    private QuantizationPolicy NarrowOutputs(QuantizationPolicy policy)
    {
        Dictionary<string, (FusedLayer Fused, LayerProbe Probe)> probes = Probe(policy);
        var ranges = new ActivationRanges(
            _network.Graph, _network.Input, _network.Data, _groups, _network.Quantizer, _cancellation);
        for (int g = 0; g < _groups.Length; g++)
        {
            ActivationGroup group = _groups[g];
            int wide = Bits(policy, group), bits = wide;
            foreach ((FusedLayer fused, LayerProbe probe) in probes.Values.Where(p => group.Roots.Contains(p.Fused.Real)))
            {
                _cancellation.ThrowIfCancellationRequested();
                CellLayout quietest = CellChoice.Quietest(probe, fused.Weights.Bits, Hardware);
                while (bits > QuantizationPolicy.MinBits && !Carries(probe, fused.Weights.Bits, quietest, ranges.Parameters(g, bits)))
                    bits--;
            }

            if (bits < wide)
                _progress?.Report(
                    $"variation: {string.Join(", ", group.Layers)} read {bits} bits, {wide - bits} more would be wrong too often");
            policy = Narrow(policy, group, bits);
        }

        return NarrowInputs(policy, probes, ranges);
    }

    /// <summary>
    /// Drops bits of tensors no layer makes (the network's input) while what is dropped changes no reader's output by more than is
    /// wrong with it anyway. Tensors layers make are left: an allowance at each of them would add up through the network.
    /// </summary>
    private QuantizationPolicy NarrowInputs(
        QuantizationPolicy policy, Dictionary<string, (FusedLayer Fused, LayerProbe Probe)> probes, ActivationRanges ranges)
    {
        for (int g = 0; g < _groups.Length; g++)
        {
            ActivationGroup group = _groups[g];
            if (probes.Values.Any(p => group.Roots.Contains(p.Fused.Real))) continue;
            int wide = Bits(policy, group), bits = wide;
            foreach (string reader in group.Layers)
            {
                _cancellation.ThrowIfCancellationRequested();
                (FusedLayer fused, LayerProbe probe) = probes[reader];
                int written = Enumerable.Range(0, _groups.Length).FirstOrDefault(o => _groups[o].Roots.Contains(fused.Real), -1);
                QuantizationParameters codes = written < 0
                    ? probe.OutputCodes()
                    : ranges.Parameters(written, Bits(policy, _groups[written]));
                double wrong = Wrong(probe, fused.Weights.Bits, codes);
                int own = wide;
                while (own > QuantizationPolicy.MinBits && probe.RoundingPower(ranges.Parameters(g, own - 1), codes) <= wrong) own--;
                // What one reader needs, all get.
                bits = reader == group.Layers[0] ? own : Math.Max(bits, own);
            }

            if (bits < wide)
                _progress?.Report($"variation: {string.Join(", ", group.Layers)} read {bits} bits, {wide - bits} more would change less "
                    + $"than is wrong with the results");
            policy = Narrow(policy, group, bits);
        }

        return policy;
    }

    private static int Bits(QuantizationPolicy policy, ActivationGroup group) =>
        group.Layers.Max(l => policy.Find(l)?.ActivationBits ?? QuantizationPolicy.MaxBits);

    private static QuantizationPolicy Narrow(QuantizationPolicy policy, ActivationGroup group, int bits) =>
        new([.. policy.Layers.Select(
            l => group.Layers.Contains(l.Name) ? l with { ActivationBits = Math.Min(l.ActivationBits, bits) } : l)]);

    /// <summary>What is wrong with an output anyway, as mean square in steps: variation, and its own rounding.</summary>
    private double Wrong(LayerProbe probe, int weightBits, QuantizationParameters codes)
    {
        const double OwnRounding = 1.0 / 12;
        double noise = probe.Errors(weightBits, CellChoice.Quietest(probe, weightBits, Hardware), 0, codes).Noise;
        return (noise * noise) + OwnRounding;
    }

    // The last bit is right often enough, and says more than its errors take away.
    private bool Carries(LayerProbe probe, int weightBits, CellLayout layout, QuantizationParameters codes)
    {
        OutputCodeErrors errors = probe.Errors(weightBits, layout, 0, codes);
        return errors.Harmless >= Options.Confidence && probe.LastBitInformation(codes) >= BinaryEntropy(Math.Min(0.5, errors.Wrong));
    }

    private (QuantizationPolicy, ImmutableArray<LayerAlignment>) MapLayers(QuantizationPolicy policy)
    {
        var chosen = ImmutableArray.CreateBuilder<LayerAlignment>();
        foreach ((string name, (FusedLayer fused, LayerProbe probe)) in Probe(policy))
        {
            _cancellation.ThrowIfCancellationRequested();
            // Strips have widths and cells of their own.
            if (policy.Find(name) is { Layout: not (LayerLayout.Uniform or LayerLayout.Grouped) }) continue;
            QuantizationParameters codes = probe.OutputCodes();
            int bits = NarrowWeights(probe, fused.Weights.Bits, codes);
            CellChoice cells = CellChoice.Of(probe, bits, codes, Hardware, Options.Confidence);
            // Errors of more slices average out: a wider weight may be aligned, or need fewer tiles.
            for (int wider = bits + 1; cells.IsSplit && !probe.IsPrequantized
                && wider <= Math.Min(fused.Weights.Bits, bits + ExtraWeightBits); wider++)
            {
                CellChoice other = CellChoice.Of(probe, wider, codes, Hardware, Options.Confidence);
                if (other.IsAligned && (!cells.IsAligned || other.Cost < cells.Cost)) cells = other;
            }

            ColumnAlignment? columns = !Options.ColumnGroups || probe.IsPrequantized || fused.Layer.Groups != 1
                ? null
                : ColumnAlignment.Of(probe, cells, codes, bits => Wrong(probe, bits, codes), Hardware, Options.Confidence);
            if (columns is not null)
            {
                _progress?.Report($"variation: {name} keeps {columns.Description} of its columns, {100 * (1 - columns.Errors.Wrong):F1} % "
                    + $"of its output codes right");
                chosen.Add(new LayerAlignment
                {
                    Name = name, OutputBits = probe.Full.Epilogue.Output?.Bits,
                    WeightBits = columns.WeightBits, DroppedWeightBits = fused.Weights.Bits - columns.WeightBits,
                    AdcBits = columns.AdcBits, Layout = columns.Groups.Groups[0].Layout, Errors = columns.Errors, IsAligned = true,
                    Columns = columns.Groups,
                });
                continue;
            }

            int adcBits = cells.AdcBits > 0 ? cells.AdcBits : Hardware.AdcBits;
            _progress?.Report(string.Create(CultureInfo.InvariantCulture,
                $"variation: {name} keeps {cells.WeightBits}-bit weights on slices of [{string.Join(", ", cells.Layout.SliceBits)}] bits, "
                    + $"{adcBits}-bit ADC, {100 * (1 - cells.Errors.Wrong):F1} % of its output codes right"));
            chosen.Add(new LayerAlignment
            {
                Name = name, OutputBits = probe.Full.Epilogue.Output?.Bits,
                WeightBits = cells.WeightBits, DroppedWeightBits = fused.Weights.Bits - cells.WeightBits,
                AdcBits = cells.AdcBits, Layout = cells.Layout, Errors = cells.Errors, IsAligned = cells.IsAligned,
            });
        }

        ImmutableArray<LayerAlignment> all = chosen.ToImmutable();
        return (new QuantizationPolicy([.. policy.Layers.Select(l => all.FirstOrDefault(a => a.Name == l.Name) is { } a
            ? l with
            {
                WeightBits = a.WeightBits,
                AdcBits = a.AdcBits,
                Layout = a.Columns is { } columns ? new LayerLayout.Grouped(columns) : new LayerLayout.Uniform(a.Layout),
            }
            : l)]), all);
    }

    /// <summary>Drops weight bits while all that is dropped changes the output less than what is wrong with it anyway: variation and its
    /// own rounding.</summary>
    private int NarrowWeights(LayerProbe probe, int bits, QuantizationParameters codes)
    {
        if (probe.IsPrequantized) return bits;
        while (bits > QuantizationPolicy.MinBits && probe.RoundingPower(bits - 1, codes) <= Wrong(probe, bits - 1, codes)) bits--;
        return bits;
    }

    private Dictionary<string, (FusedLayer Fused, LayerProbe Probe)> Probe(QuantizationPolicy policy) =>
        NetworkProbes.Of(_network, policy, _cancellation);

    private static double BinaryEntropy(double p) => p is <= 0 or >= 1 ? 0 : -(p * Math.Log2(p)) - ((1 - p) * Math.Log2(1 - p));
}
