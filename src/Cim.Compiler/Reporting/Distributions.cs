using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Cim.Compiler.Reporting;

/// <summary>How often values occurred, in bins of equal width, beside the range that was chosen for them.</summary>
/// <param name="Low">Where the first bin begins.</param>
/// <param name="High">Where the last one ends.</param>
/// <param name="Counts">Values in each.</param>
/// <param name="RangeLow">The lowest value that is represented.</param>
/// <param name="RangeHigh">The highest.</param>
internal sealed record HistogramReport(double Low, double High, ImmutableArray<long> Counts, double RangeLow, double RangeHigh)
{
    /// <summary>All values.</summary>
    [JsonIgnore]
    public long Total => Counts.Sum();

    /// <summary>The share of the values in bins that lie beyond the range.</summary>
    [JsonIgnore]
    public double Beyond
    {
        get
        {
            double width = (High - Low) / Counts.Length, tolerance = 1e-9 * (High - Low);
            long outside = 0;
            for (int i = 0; i < Counts.Length; i++)
                if (Low + (width * (i + 1)) <= RangeLow + tolerance || Low + (width * i) >= RangeHigh - tolerance) outside += Counts[i];
            return Total == 0 ? 0 : (double)outside / Total;
        }
    }
}

/// <summary>What a layer holds, reads and converts.</summary>
/// <param name="Weights">Its weights, as integers.</param>
/// <param name="Inputs">What it reads, as real numbers; null if it was not measured.</param>
/// <param name="Conversions">Sums of its columns before they are converted, as multiples of the converter's range (0 is its low end,
/// 1 its high end); null for an ideal read-out.</param>
internal sealed record DistributionsReport(HistogramReport Weights, HistogramReport? Inputs, HistogramReport? Conversions);

/// <summary>The error of a layer at a fidelity beyond exact integers, on the inputs it reads there.</summary>
/// <param name="Fidelity"><c>adc</c>, <c>device</c> or <c>circuit</c>.</param>
/// <param name="RelativeL2">||at this fidelity - exact|| / ||exact|| of its results.</param>
/// <param name="Added">The same against the fidelity before: what converters, cells or wires add.</param>
internal sealed record FidelityErrorReport(string Fidelity, double RelativeL2, double Added);

/// <summary>An operator of the network.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Op">The ONNX operator.</param>
/// <param name="Shape">The shape of its first output for one image.</param>
/// <param name="Inputs">The numbers of the operators whose values it reads, in their order; -1 stands for an input of the
/// network.</param>
/// <param name="Layer">The number of the layer on arrays that it is, in <see cref="CompilationReport.Layers"/>; -1 = it is computed
/// digitally.</param>
internal sealed record NodeReport(string Name, string Op, ImmutableArray<int> Shape, ImmutableArray<int> Inputs, int Layer);

/// <summary>Everything a search measured.</summary>
/// <param name="Searcher">How it searched.</param>
/// <param name="Objective">What it minimised.</param>
/// <param name="RelativeTo">What costs are divided by.</param>
/// <param name="MaxLoss">Percentage points that may be lost; null if nobody set them.</param>
/// <param name="Points">The policies, in the order in which they were measured.</param>
internal sealed record SearchReport(
    string Searcher, string Objective, string RelativeTo, double? MaxLoss, ImmutableArray<SearchPointReport> Points);

/// <summary>A policy that was measured.</summary>
/// <param name="Cost">Its cost, relative.</param>
/// <param name="LossPoints">Estimated percentage points it loses.</param>
/// <param name="Kind"><c>measured</c>, <c>trained</c>, <c>chosen</c>, <c>w8a8</c> or <c>w4a4</c>.</param>
internal sealed record SearchPointReport(double Cost, double LossPoints, string Kind);

/// <summary>What somebody needs to make the same compilation again.</summary>
/// <param name="Command">The command line, files by name.</param>
/// <param name="Preprocessing">What is done to samples before they are read; null if nothing is.</param>
/// <param name="Rounding">How weights were rounded.</param>
/// <param name="Devices">Figures of cells, wires and converters that are not ideal, by their name in a profile.</param>
/// <param name="Advise">The command that tries single changes to it; null without calibration data.</param>
internal sealed record RepeatReport(
    string Command, string? Preprocessing, string Rounding, ImmutableArray<FigureReport> Devices, string? Advise);

/// <summary>A figure of a profile.</summary>
/// <param name="Name">Its JSON name.</param>
/// <param name="Value">Its value with the unit.</param>
internal sealed record FigureReport(string Name, string Value);
