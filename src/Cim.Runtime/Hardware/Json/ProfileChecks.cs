namespace Cim.Runtime.Hardware.Json;

/// <summary>The rules of a profile that hold between fields.</summary>
/// <param name="supplied">The fields the text sets: one of them is at fault.</param>
/// <param name="add">Receives every problem: its code, what is wrong, and the field at fault.</param>
internal sealed class ProfileChecks(IReadOnlySet<string> supplied, Action<string, string, string> add)
{
    /// <summary>What no single field can check.</summary>
    public void Check(HardwareProfile p)
    {
        if (p.GOff >= p.GOn)
            add(ErrorCodes.ImpossibleProfileValue, $"'gOff' is {p.GOff} S; allowed is less than gOn = {p.GOn} S", Blame("gOff", "gOn"));
        if (p.StuckOn + p.StuckOff > 1)
            add(ErrorCodes.ImpossibleProfileValue, "'stuckOn' and 'stuckOff' together exceed 1", Blame("stuckOff", "stuckOn"));
        if (p.Encoding is WeightEncoding.Differential or WeightEncoding.DifferentialTwoSided && p.Columns < 2)
            add(ErrorCodes.ImpossibleProfileValue, "'columns' is 1; allowed is 2 or more for a differential encoding",
                Blame("columns", "encoding"));
        if (p.SpareColumns > p.Columns - (p.Encoding is WeightEncoding.Differential or WeightEncoding.DifferentialTwoSided ? 2 : 1))
            add(ErrorCodes.ImpossibleProfileValue,
                $"'spareColumns' is {p.SpareColumns}, which leaves no column of {p.Columns} for weights; allowed is less than columns "
                + $"(differential: columns - 1)", Blame("spareColumns", "columns"));
        if (p is { WeightScaling: WeightScaling.Layer, WeightClipping: not WeightClipping.None })
            add(ErrorCodes.ImpossibleProfileValue,
                "'weightClipping' fits a scale to each column, which 'weightScaling' layer forbids; allowed is none with it, or column",
                Blame("weightClipping", "weightScaling"));
        if (p.ProgrammingError is { Model: "table", Table.Count: 0 })
            add(ErrorCodes.ImpossibleProfileValue,
                "'programmingError.table' is empty but the model is table; allowed is at least one pair of conductance and standard "
                + "deviation", Blame("programmingError.table", "programmingError.model"));
        if (p.ProgrammingError is { Model: "none", Sigma: > 0 })
            add(ErrorCodes.ImpossibleProfileValue,
                $"'programmingError.sigma' is {p.ProgrammingError.Sigma} but the model is none; allowed is one of "
                + $"{string.Join(", ", ProfileFields.ProgrammingErrorModels.Skip(1))}", "programmingError.sigma");
    }

    private string Blame(string first, string second) => supplied.Contains(first) ? first : second;
}
