using System.Globalization;

namespace Cim.Runtime.Hardware.Json;

/// <summary>
/// Makes the figures of a base suit what a profile changes. A figure the base states for an array of its size, or for a conversion
/// of its width, is rescaled where there is a rule with a source, and reported where there is none (CIM2010).
/// </summary>
/// <remarks>
/// Rules, all of figures the profile does not state itself:
/// <list type="bullet">
/// <item><c>arrayReadEnergy</c>, <c>arrayArea</c>: in proportion to the cells of an array. PUMA's simulator has 0.01875, 0.075, 0.3 and
/// 1.2 mW and 1.56, 6.25, 25 and 100 um2 at 32, 64, 128 and 256 rows and columns; MNSIM and NeuroSim state both by cell.</item>
/// <item><c>writeLatency</c>: in proportion to the rows; arrays are programmed row by row (PUMA, MNSIM, NeuroSim).</item>
/// <item><c>adcLatency</c>: it is the time of one conversion at <c>adcBits</c>, so other bits take what <c>adcLatencyScaling</c> says,
/// the same as with <c>--adc-bits</c>.</item>
/// <item><c>adcEnergy</c>, <c>adcArea</c>: tables by bits, which hold for any width (<see cref="CostFigures.ByBits"/>).</item>
/// <item><c>arrayReadEnergy</c>, <c>cellWriteEnergy</c> that are computed from conductances: in proportion to the mean of gOn and
/// gOff.</item>
/// </list>
/// </remarks>
internal sealed class InheritedFigures(HardwareProfile basis, HardwareProfile profile, IReadOnlySet<string> supplied)
{
    private readonly Dictionary<string, string> _sources = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _kept = new(StringComparer.Ordinal);
    private HardwareProfile? _rescaled;

    private HardwareProfile Rescaled => _rescaled ?? profile;

    /// <summary>The profile with rescaled figures, their sources, a description of its own and the list of what could not be
    /// rescaled.</summary>
    public HardwareProfile Apply(bool hasDescription)
    {
        foreach ((string field, string text) in basis.InheritedFigures)
            if (!supplied.Contains(field)) _kept[field] = text;
        Arrays();
        Conversions();
        Devices();
        var sources = new SortedDictionary<string, string>(profile.Sources.ToDictionary(), StringComparer.Ordinal);
        foreach ((string field, string source) in _sources) sources[field] = source;
        return Rescaled with
        {
            Description = hasDescription ? profile.Description : Description(),
            Sources = sources,
            InheritedFigures = _kept,
        };
    }

    private void Arrays()
    {
        if ((profile.Rows, profile.Columns) == (basis.Rows, basis.Columns)) return;
        string was = $"{basis.Rows}x{basis.Columns}", now = $"{profile.Rows}x{profile.Columns}";
        double cells = (double)profile.Rows / basis.Rows * profile.Columns / basis.Columns;
        Scale("arrayReadEnergy", cells, $"by cells from {was} to {now}", p => p.Cost.ArrayReadEnergyPj,
            (p, v) => p with { Cost = p.Cost with { ArrayReadEnergyPj = v } });
        Scale("arrayArea", cells, $"by cells from {was} to {now}", p => p.Cost.ArrayAreaUm2,
            (p, v) => p with { Cost = p.Cost with { ArrayAreaUm2 = v } });
        if (profile.Rows != basis.Rows)
            Scale("writeLatency", (double)profile.Rows / basis.Rows, $"by rows from {basis.Rows} to {profile.Rows}", p => p.WriteLatency,
                (p, v) => p with { WriteLatency = v });
        Keep("readLatency", basis.ReadLatency, "s", $"{was} arrays");
    }

    private void Conversions()
    {
        if (profile.AdcBits != basis.AdcBits)
        {
            if (basis.AdcBits == 0 || profile.AdcBits == 0)
            {
                if (profile.AdcBits > 0) Keep("adcLatency", basis.AdcLatency, "s", "an ideal read-out (adcBits 0)", evenZero: true);
            }
            else if (profile.AdcLatencyScaling == AdcLatencyScaling.PerBit)
            {
                double cycles = (double)(profile.AdcBits + profile.AdcExtraCycles) / (basis.AdcBits + profile.AdcExtraCycles);
                Scale("adcLatency", cycles, $"by cycles from {basis.AdcBits} to {profile.AdcBits} bits", p => p.AdcLatency,
                    (p, v) => p with { AdcLatency = v });
            }

            if (profile.AdcBits > 0)
            {
                KeepTable("adcEnergy", basis.Cost.AdcEnergyPj, "pJ");
                KeepTable("adcArea", basis.Cost.AdcAreaUm2, "um2");
            }
        }

        if (profile.DacBits == basis.DacBits) return;
        Keep("dacEnergy", basis.Cost.DacEnergyPj, "pJ", $"{basis.DacBits}-bit DACs");
        Keep("dacArea", basis.Cost.DacAreaUm2, "um2", $"{basis.DacBits}-bit DACs");
    }

    private void Devices()
    {
        if ((profile.GOn, profile.GOff) != (basis.GOn, basis.GOff))
        {
            string stated = string.Create(CultureInfo.InvariantCulture, $"gOn {basis.GOn:G6} S and gOff {basis.GOff:G6} S");
            double mean = (profile.GOn + profile.GOff) / (basis.GOn + basis.GOff);
            ScaleComputed("arrayReadEnergy", mean, stated, p => p.Cost.ArrayReadEnergyPj,
                (p, v) => p with { Cost = p.Cost with { ArrayReadEnergyPj = v } });
            ScaleComputed("cellWriteEnergy", mean, stated, p => p.Cost.CellWriteEnergyPj,
                (p, v) => p with { Cost = p.Cost with { CellWriteEnergyPj = v } });
        }

        if (profile.CellBits != basis.CellBits) Keep("cellWriteEnergy", basis.Cost.CellWriteEnergyPj, "pJ", $"{basis.CellBits}-bit cells");
    }

    private void ScaleComputed(
        string field, double factor, string stated, Func<HardwareProfile, double> get, Func<HardwareProfile, double, HardwareProfile> set)
    {
        if (basis.Sources.TryGetValue(field, out string? source) && source.StartsWith("computed: ", StringComparison.Ordinal))
            Scale(field, factor, "by mean conductance", get, set);
        else
            Keep(field, get(basis), "pJ", stated);
    }

    private void Scale(
        string field, double factor, string rule, Func<HardwareProfile, double> get, Func<HardwareProfile, double, HardwareProfile> set)
    {
        if (supplied.Contains(field) || get(Rescaled) == 0 || factor == 1) return;
        _rescaled = set(Rescaled, get(Rescaled) * factor);
        string before = _sources.TryGetValue(field, out string? rescaled) ? rescaled : basis.Sources.GetValueOrDefault(field, "default");
        _sources[field] = $"{before}; rescaled {rule}";
    }

    private void Keep(string field, double value, string unit, string stated, bool evenZero = false)
    {
        if (supplied.Contains(field) || (value == 0 && !evenZero)) return;
        _kept[field] = string.Create(CultureInfo.InvariantCulture, $"{field} {value:G6} {unit} (stated for {stated})");
        _sources[field] = $"{basis.Sources.GetValueOrDefault(field, "default")}; kept from {basis.Name}, which states it for {stated}";
    }

    // One figure for every width says nothing of another width; no figure at all says nothing of any.
    private void KeepTable(string field, IReadOnlyDictionary<int, double> table, string unit)
    {
        if (table.Count == 1 && !table.ContainsKey(profile.AdcBits)) Keep(field, table.Values.First(), unit, $"{table.Keys.First()} bits");
        else if (table.Count == 0 && basis.AdcBits == 0) Keep(field, 0, unit, "an ideal read-out (adcBits 0)", evenZero: true);
    }

    private string Description()
    {
        string[] changes = [
            .. ProfileFields.All.Where(f => supplied.Contains(f.Name)).Select(f => $"{f.Name} {ProfileWriter.ValueText(f, profile)}")];
        return changes.Length == 0 ? basis.Description : $"Based on {basis.Name} with {string.Join(", ", changes)}.";
    }
}
