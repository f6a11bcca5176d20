using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Reporting;

namespace Cim.Cli.Commands.Compare;

/// <summary>Two compilations side by side, from their reports.</summary>
internal sealed class Comparison
{
    public Comparison(CompilationReport a, CompilationReport b)
    {
        Figures = [.. FiguresOf(a, b)];
        Setup = [.. SetupOf(a, b).Where(s => s.A != s.B)];
        Dictionary<string, LayerReport> other = b.Layers.ToDictionary(l => l.Name, StringComparer.Ordinal);
        Layers = [.. a.Layers.Where(l => other.ContainsKey(l.Name)).Select(l => Layer(l, other[l.Name]))];
        HashSet<string> own = [.. a.Layers.Select(l => l.Name)];
        OnlyInA = [.. own.Where(name => !other.ContainsKey(name))];
        OnlyInB = [.. other.Keys.Where(name => !own.Contains(name))];
        WarningsOnlyInA = Warnings(a, b);
        WarningsOnlyInB = Warnings(b, a);
    }

    /// <summary>Accuracy at every fidelity that one of them was measured at, agreement, cost.</summary>
    public ImmutableArray<ComparedFigure> Figures { get; }

    /// <summary>What they were made from and with, as far as it differs.</summary>
    public ImmutableArray<ComparedText> Setup { get; }

    /// <summary>Layers of both, in order of execution.</summary>
    public ImmutableArray<ComparedLayer> Layers { get; }

    /// <summary>Names of layers that the second does not have.</summary>
    public ImmutableArray<string> OnlyInA { get; }

    /// <summary>Names of layers that the first does not have.</summary>
    public ImmutableArray<string> OnlyInB { get; }

    /// <summary>Warnings that the second does not have.</summary>
    public ImmutableArray<string> WarningsOnlyInA { get; }

    /// <summary>Warnings that the first does not have.</summary>
    public ImmutableArray<string> WarningsOnlyInB { get; }

    private static IEnumerable<ComparedFigure> FiguresOf(CompilationReport a, CompilationReport b)
    {
        if (a.AccuracyFloat is not null || b.AccuracyFloat is not null)
            yield return new ComparedFigure("accuracy, float", "%", 100 * a.AccuracyFloat, 100 * b.AccuracyFloat);
        foreach (string fidelity in a.Compiled.Accuracies.Concat(b.Compiled.Accuracies).Select(m => m.Fidelity).Distinct())
            yield return new ComparedFigure(
                $"accuracy, {fidelity}", "%", 100 * a.Compiled.Accuracy(fidelity), 100 * b.Compiled.Accuracy(fidelity));
        if (a.Agreement is not null || b.Agreement is not null)
        {
            yield return new ComparedFigure("agreement with float, cosine", "", a.Agreement?.Cosine, b.Agreement?.Cosine);
            yield return new ComparedFigure(
                "agreement with float, same class", "%", 100 * a.Agreement?.TopAgreement, 100 * b.Agreement?.TopAgreement);
        }

        yield return new ComparedFigure("latency", "ns", a.Cost?.LatencyNs, b.Cost?.LatencyNs);
        yield return new ComparedFigure("energy", "pJ", a.Cost?.EnergyPj, b.Cost?.EnergyPj);
        yield return new ComparedFigure("area", "um2", a.Cost?.AreaUm2, b.Cost?.AreaUm2);
        yield return new ComparedFigure("arrays", "", a.Cost?.Arrays, b.Cost?.Arrays);
        yield return new ComparedFigure("weight memory", "bit", a.Compiled.WeightMemoryBits, b.Compiled.WeightMemoryBits);
        yield return new ComparedFigure("latency, pipelined", "ns", a.Schedule?.LatencyNs, b.Schedule?.LatencyNs);
        yield return new ComparedFigure(
            "throughput, pipelined", "1/s", a.Schedule?.ThroughputPerSecond, b.Schedule?.ThroughputPerSecond);
    }

    private static IEnumerable<ComparedText> SetupOf(CompilationReport a, CompilationReport b) =>
    [
        new("model", a.Model.File, b.Model.File),
        new("model, SHA-256", a.Model.Sha256, b.Model.Sha256),
        new("Cim.Sdk", a.SdkVersion, b.SdkVersion),
        new("hardware", a.Hardware.Name, b.Hardware.Name),
        new("array", $"{a.Hardware.Rows}x{a.Hardware.Columns}", $"{b.Hardware.Rows}x{b.Hardware.Columns}"),
        new("bits of cells, DACs, ADCs", Bits(a.Hardware), Bits(b.Hardware)),
        new("encoding", a.Hardware.Encoding, b.Hardware.Encoding),
        new("range of conversions", a.Hardware.AdcRange, b.Hardware.AdcRange),
        new("search", a.Options?.Search, b.Options?.Search),
        new("objective", a.Options?.Objective, b.Options?.Objective),
        new("most accuracy loss", Text(a.Options?.MaxAccuracyLoss), Text(b.Options?.MaxAccuracyLoss)),
        new("calibration", Samples(a.Options?.Calibration, a.Options?.CalibrationSamples),
            Samples(b.Options?.Calibration, b.Options?.CalibrationSamples)),
        new("seed", Text(a.Options?.Seed), Text(b.Options?.Seed)),
        new("evaluation", Samples(a.Evaluation?.File, a.Evaluation?.Samples), Samples(b.Evaluation?.File, b.Evaluation?.Samples)),
        new("fidelity", a.Fidelity, b.Fidelity),
    ];

    private static ComparedLayer Layer(LayerReport a, LayerReport b) => new(a.Name, Bits(a), Bits(b),
    [
        new("latency", "ns", a.LatencyNs, b.LatencyNs),
        new("energy", "pJ", a.EnergyPj, b.EnergyPj),
        new("arrays", "", a.Arrays, b.Arrays),
        new("error of its own", "%", 100 * a.OwnRelativeL2Error, 100 * b.OwnRelativeL2Error),
        new("error with all before it", "%", 100 * a.RelativeL2Error, 100 * b.RelativeL2Error),
    ]);

    private static string Bits(LayerReport layer) => string.Create(
        CultureInfo.InvariantCulture, $"{layer.WeightBits}/{layer.ActivationBits}/{layer.AdcBits}");

    private static string Bits(HardwareReport hardware) => string.Create(
        CultureInfo.InvariantCulture, $"{hardware.CellBits}/{hardware.DacBits}/{hardware.AdcBits}");

    private static string? Samples(string? file, int? samples) =>
        file is null ? null : string.Create(CultureInfo.InvariantCulture, $"{file}, {samples} samples");

    private static string? Text(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture);

    private static ImmutableArray<string> Warnings(CompilationReport of, CompilationReport other) =>
        [.. of.Diagnostics.Where(d => !other.Diagnostics.Contains(d)).Select(d => $"{d.Code}: {d.Message}")];
}
