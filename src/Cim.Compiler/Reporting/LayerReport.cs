using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Cim.Runtime;

namespace Cim.Compiler.Reporting;

/// <summary>One layer on crossbars: its shape, precision, arrays, error against the float network, and cost.</summary>
internal sealed record LayerReport
{
    /// <summary>The ONNX node name.</summary>
    public required string Name { get; init; }

    /// <summary>The ONNX operator: Conv, Gemm or MatMul.</summary>
    public required string Operator { get; init; }

    /// <summary>Of one image, without the batch dimension.</summary>
    public required ImmutableArray<int> InputShape { get; init; }

    /// <summary>Of one image, without the batch dimension.</summary>
    public required ImmutableArray<int> OutputShape { get; init; }

    /// <summary>Kernel height and width, empty for Gemm and MatMul.</summary>
    public ImmutableArray<int> Kernel { get; init; } = [];

    public int Groups { get; init; } = 1;

    /// <summary>Word lines (inputs) of one group's matrix.</summary>
    public required int Rows { get; init; }

    /// <summary>Logical columns (outputs) of one group's matrix.</summary>
    public required int Columns { get; init; }

    /// <summary>Matrix-vector products per image.</summary>
    public required long Mvms { get; init; }

    public required int WeightBits { get; init; }

    /// <summary>Weights by width where strips differ, widest first; null for a layer of one width.</summary>
    public ImmutableArray<StripShare>? Strips { get; init; }

    /// <summary>Cells with shared columns and without; null for a layer whose strips have columns of their own.</summary>
    public MergeReport? Merged { get; init; }

    public required int ActivationBits { get; init; }

    /// <summary>How the numbers it reads are quantized.</summary>
    public InputReport? Input { get; init; }

    /// <summary>Resolution of the conversions; 0 = ideal read-out.</summary>
    public required int AdcBits { get; init; }

    /// <summary>Physical arrays.</summary>
    public required long Arrays { get; init; }

    /// <summary>Cells that hold a weight over cells of the arrays, 0..1.</summary>
    public required double Utilisation { get; init; }

    /// <summary>Cosine similarity of this layer's output with that of the float network.</summary>
    public double? Cosine { get; init; }

    /// <summary>||compiled - float|| / ||float|| of this layer's output, errors of the layers before it included.</summary>
    public double? RelativeL2Error { get; init; }

    /// <summary>The same when only this layer is quantized and reads float inputs: its own share.</summary>
    public double? OwnRelativeL2Error { get; init; }

    /// <summary>Fraction of conversions that met the end of the ADC's range, 0..1.</summary>
    public double? AdcSaturation { get; init; }

    /// <summary>What converters, cells and wires add to its error, by fidelity; null if none of it was measured.</summary>
    public ImmutableArray<FidelityErrorReport>? Hardware { get; init; }

    /// <summary>What it holds, reads and converts; null if nobody asked for a report.</summary>
    public DistributionsReport? Distributions { get; init; }

    /// <summary>What variation-aware quantization chose and predicts; null if it was not asked for.</summary>
    public VariationReport? Variation { get; init; }

    /// <summary>Of one inference.</summary>
    public required double LatencyNs { get; init; }

    /// <summary>Of one inference.</summary>
    public required double EnergyPj { get; init; }

    /// <summary>Where its energy goes; null if it is not known.</summary>
    public EnergyBreakdown? Energy { get; init; }

    /// <summary>Conversions of one inference.</summary>
    public required long AdcConversions { get; init; }

    /// <summary>The class by which the page colours it: its operator.</summary>
    [JsonIgnore]
    public string ColourKind => Operator != "Conv" ? "k-dense" : Groups > 1 ? "k-group" : "k-conv";

    /// <summary>What makes a layer the worst one: its own error if it was measured, else its error with all before it.</summary>
    [JsonIgnore]
    public double? RankingError => OwnRelativeL2Error ?? RelativeL2Error;
}

/// <summary>How what a layer reads is quantized: real number = Scale (integer - ZeroPoint).</summary>
/// <param name="Signed">Whether the integers can be negative.</param>
/// <param name="ZeroPoint">The integer of zero.</param>
/// <param name="Scale">The real number of one step.</param>
/// <param name="ScaledChannels">Channels that are divided by a factor each before, and the weights multiplied by the same; 0 =
/// none.</param>
internal sealed record InputReport(bool Signed, int ZeroPoint, float Scale, int ScaledChannels);

/// <summary>How many of a layer's weights have a width.</summary>
/// <param name="Bits">The width; 0 = pruned.</param>
/// <param name="Weights">The number of weights.</param>
internal sealed record StripShare(int Bits, long Weights);

/// <summary>What shared columns save.</summary>
/// <param name="Cells">Cells that hold a weight.</param>
/// <param name="CellsOwn">Cells if every strip had columns of its own.</param>
internal sealed record MergeReport(long Cells, long CellsOwn)
{
    /// <summary>The share that is saved, 0..1.</summary>
    [JsonIgnore]
    public double Saved => CellsOwn == 0 ? 0 : 1 - ((double)Cells / CellsOwn);
}

/// <summary>A layer's cells, and what variation does to its output codes.</summary>
/// <param name="OutputBits">Bits of an output code; null if the result is not requantized.</param>
/// <param name="SliceBits">Bits of each weight slice, least significant first; with groups of columns those of the widest.</param>
/// <param name="RowsPerTile">Word lines that share a conversion, at most; 0 = those of the array.</param>
/// <param name="Aligned">The error stays under half of the last kept bit as often as asked.</param>
/// <param name="Harmless">How often it does, 0..1.</param>
/// <param name="Equal">Output codes that are the noise-free ones, 0..1.</param>
/// <param name="WithinOne">Output codes at most one unit off, 0..1.</param>
internal sealed record VariationReport(
    int? OutputBits, ImmutableArray<int> SliceBits, int RowsPerTile, bool Aligned, double Harmless, double Equal, double WithinOne)
{
    /// <summary>Outputs with widths and cells of their own, as policies write them; null = all have those above.</summary>
    public string? ColumnGroups { get; init; }
}

/// <summary>Picks the layer a reader should look at first.</summary>
internal static class WorstLayer
{
    /// <summary>The layer of the largest error, the first one of several; null if no layer has a measured error.</summary>
    public static LayerReport? Find(ImmutableArray<LayerReport> layers)
    {
        LayerReport? worst = null;
        foreach (LayerReport layer in layers)
        {
            // A NaN error (the float output is zero everywhere, or something overflowed) is worse than any number.
            if (layer.RankingError is not { } error) continue;
            if (worst?.RankingError is not { } most || (double.IsNaN(error) && !double.IsNaN(most)) || error > most) worst = layer;
        }

        return worst;
    }
}
