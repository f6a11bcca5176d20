using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Hardware;
using Spectre.Console;
using static Cim.Cli.Commands.CostText;

namespace Cim.Cli.Commands;

/// <summary>What a network would cost on one of several profiles.</summary>
/// <param name="Dims">The size of the network; empty if it has one.</param>
/// <param name="Profile">The hardware.</param>
/// <param name="Counted">Of one inference; null if the network cannot be mapped onto this hardware.</param>
/// <param name="Notes">What keeps the figures from being compared with the others'.</param>
internal sealed record ProfileCost(string Dims, HardwareProfile Profile, CountedCost? Counted, ImmutableArray<string> Notes)
{
    /// <summary>The cost of the layers on arrays.</summary>
    public Cost? Cost => Counted?.Arrays;

    /// <summary>Whether the profile has figures of energy for this network.</summary>
    public bool HasEnergy => Cost is { EnergyPj: > 0 };

    /// <summary>Whether the profile has figures of area.</summary>
    public bool HasArea => Cost is { AreaUm2: > 0 };

    /// <summary>Counts the events of a network on a profile; what is impossible there becomes a note.</summary>
    public static ProfileCost Of(string dims, HardwareProfile profile, Func<CountedCost> count)
    {
        try
        {
            CountedCost counted = count();
            Cost cost = counted.Arrays;
            List<string> notes = [];
            if (cost.EnergyPj == 0 && cost.Arrays > 0) notes.Add("no energy figures");
            if (cost.AreaUm2 == 0 && cost.Arrays > 0) notes.Add("no area figures");
            if (profile.Execution == ExecutionModel.Serial) notes.Add("programs its arrays in each inference");
            if (IsTooLarge(cost, profile)) notes.Add($"the chip has {profile.AllArrays} arrays");
            return new ProfileCost(dims, profile, counted, [.. notes]);
        }
        catch (CimException e)
        {
            return new ProfileCost(dims, profile, null, [e.Message]);
        }
    }

    /// <summary>Whether a machine that keeps weights on its arrays has too few of them.</summary>
    public static bool IsTooLarge(Cost cost, HardwareProfile profile) =>
        profile.Execution == ExecutionModel.Resident && profile.AllArrays > 0 && cost.Arrays > profile.AllArrays;

    /// <summary>A table with a row for each.</summary>
    public static void Print(IAnsiConsole console, ImmutableArray<ProfileCost> rows)
    {
        bool sizes = rows.Any(r => r.Dims.Length > 0);
        var table = new Table().AddColumns("Profile", "Array", "Cell/DAC/ADC", "Arrays", "Latency", "Energy", "Area", "Notes");
        if (sizes) table.AddColumn("Size");
        foreach (ProfileCost row in rows)
        {
            HardwareProfile p = row.Profile;
            List<Text> cells = [
                new Text(p.Name), Cell($"{p.Rows}x{p.Columns}"), Cell($"{p.CellBits}/{p.DacBits}/{p.AdcBits}"),
                row.Cost is { } c ? Cell($"{c.Arrays:#,0}") : Cell($"-"),
                row.Cost is { } t ? Cell($"{Time(t.LatencyNs)}") : Cell($"-"),
                row.HasEnergy ? Cell($"{Energy(row.Cost!.EnergyPj)}") : Cell($"-"),
                row.HasArea ? Cell($"{row.Cost!.AreaUm2 / 1e6:0.###} mm2") : Cell($"-"),
                new Text(string.Join("; ", row.Notes))];
            if (sizes) cells.Add(new Text(row.Dims));
            table.AddRow(cells);
        }

        console.Write(table);
    }
}
