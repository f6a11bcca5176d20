using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Cim.Compiler.Search.Space;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;

namespace Cim.Cli.Studies;

/// <summary>What an inference of a design costs.</summary>
/// <param name="LatencyNs">Nanoseconds.</param>
/// <param name="EnergyPj">Picojoule.</param>
/// <param name="AreaUm2">Square micrometres.</param>
/// <param name="Arrays">Arrays.</param>
internal sealed record DesignCost(double LatencyNs, double EnergyPj, double AreaUm2, long Arrays)
{
    /// <summary>With layers at work at once; null if no schedule was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ScheduleCost? Schedule { get; init; }

    /// <summary>The cost of a compiled network; null if it is not known.</summary>
    public static DesignCost? Of(Cost? cost) =>
        cost is null ? null : new DesignCost(cost.LatencyNs, cost.EnergyPj, cost.AreaUm2, cost.Arrays)
        {
            Schedule = cost.Schedule,
        };

    /// <summary>The cost of a policy.</summary>
    public static DesignCost Of(CostVector cost) => new(cost.LatencyNs, cost.EnergyPj, cost.AreaUm2, cost.Arrays);
}

/// <summary>A design of a study: what was chosen, and what it comes to.</summary>
/// <param name="Choices">A value for each of the table's parameters, as written.</param>
/// <param name="Accuracy">0 to 1; the mean over chips. Null where only the loss is measured.</param>
/// <param name="LossPoints">Percentage points below the network without converters and devices, or below the float network.</param>
/// <param name="Cost">An inference; null where it is not known.</param>
internal sealed record StudyDesign(ImmutableArray<string> Choices, double? Accuracy, double LossPoints, DesignCost? Cost)
{
    /// <summary>The standard deviation over chips; 0 for one.</summary>
    public double AccuracyDeviation { get; init; }
}

/// <summary>The designs of a study.</summary>
/// <param name="Parameters">What was varied.</param>
/// <param name="Designs">One for each combination.</param>
internal sealed record StudyTable(ImmutableArray<string> Parameters, ImmutableArray<StudyDesign> Designs)
{
    /// <summary>The figures of a row after its choices.</summary>
    public static ImmutableArray<(string Name, Func<StudyDesign, double?> Of)> Figures { get; } =
    [
        ("accuracy", d => d.Accuracy), ("accuracyDeviation", d => d.AccuracyDeviation), ("lossPoints", d => d.LossPoints),
        ("latencyNs", d => d.Cost?.LatencyNs), ("energyPj", d => Stated(d.Cost?.EnergyPj)), ("areaUm2", d => Stated(d.Cost?.AreaUm2)),
        ("arrays", d => d.Cost?.Arrays),
    ];

    /// <summary>The design of least cost among those that lose at most so many percentage points; of equal ones the first.</summary>
    /// <param name="points">What may be lost.</param>
    /// <param name="cost">What is least.</param>
    /// <returns>Null if none loses so little.</returns>
    /// <exception cref="CimException">CIM2007: the profiles of those that do state no such cost.</exception>
    public StudyDesign? Cheapest(double points, Func<DesignCost, double> cost)
    {
        StudyDesign[] within = [.. Designs.Where(d => d.LossPoints <= points)];
        return within.Length == 0 ? null
            : within.Where(d => d.Cost is not null && cost(d.Cost) > 0).MinBy(d => cost(d.Cost!))
            ?? throw new CimException(ErrorCodes.NoEnergyFigures,
                "The hardware profiles of the study state no figures for this cost. Choose another --objective, or study other profiles.");
    }

    /// <summary>A figure that a profile states; 0 is none.</summary>
    public static double? Stated(double? figure) => figure > 0 ? figure : null;

    /// <summary>Writes one line a design as CSV; a figure that is not known is empty.</summary>
    /// <exception cref="CimException">CIM0008: it cannot be written.</exception>
    public void WriteCsv(string path) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(ToCsv())));

    private string ToCsv()
    {
        var text = new StringBuilder();
        text.AppendJoin(',', Parameters.Concat(Figures.Select(f => f.Name))).Append('\n');
        foreach (StudyDesign design in Designs)
            text.AppendJoin(',', design.Choices.Select(Quoted).Concat(Figures.Select(f => Number(f.Of(design))))).Append('\n');
        return text.ToString();
    }

    private static string Quoted(string value) =>
        value.AsSpan().IndexOfAny(",\"\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Number(double? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";
}
