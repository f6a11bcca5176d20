using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Cim.Compiler.Mapping;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Mapping;

/// <summary>Cost of profiles that change one field of a built-in one.</summary>
public sealed class ProfileCostTests
{
    private static readonly Gen<ImmutableArray<LayerShape>> _networks = Gen.Select(Gen.Int[1, 300], Gen.Int[1, 200], Gen.Int[1, 400])
        .Array[1, 4].Select(
            layers => ImmutableArray.Create([.. layers.Select((l, i) => new LayerShape($"l{i}", 1, l.Item1, l.Item2, l.Item3))]));

    public static TheoryData<string> BuiltIns => [.. HardwareProfiles.BuiltInNames];

    /// <summary>Figures that cost rises with, and what of it.</summary>
    public static TheoryData<string, string> Rising
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string name in HardwareProfiles.BuiltInNames)
            {
                foreach (string figure in (string[])["readLatency", "adcLatency", "dacEnergy", "arrayReadEnergy", "shiftAddEnergy",
                    "bufferEnergy", "busEnergy", "interconnectEnergy", "adcEnergy",
                    "arrayArea", "dacArea", "adcArea", "shiftAddArea", "bufferArea", "interconnectArea"])
                    data.Add(name, figure);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(BuiltIns))]
    public void Conversion_bits_cost_the_same_by_file_and_by_flag(string name)
    {
        HardwareProfile basis = HardwareProfiles.BuiltIn(name);
        Gen.Select(_networks, Gen.Int[1, 16]).Holds(40, (network, bits) =>
        {
            HardwareProfile file = With(name, "adcBits", bits);
            Cost byFlag = ModelCost.Of(network, _ => (8, 8, bits), basis), byFile = ModelCost.Of(network, _ => (8, 8, 0), file);
            Close(byFlag.LatencyNs, byFile.LatencyNs);
            Close(byFlag.EnergyPj, byFile.EnergyPj);
            Close(byFlag.AreaUm2, byFile.AreaUm2);
            Assert.Equal((byFlag.Arrays, byFlag.Events), (byFile.Arrays, byFile.Events));
        });
    }

    [Theory, MemberData(nameof(Rising))]
    public void Cost_never_falls_with_a_figure_it_is_made_of(string name, string field) =>
        Gen.Select(_networks, Gen.Int[1, 15], Gen.Int[0, 15]).Holds(15, (network, less, more) =>
        {
            double unit = field.EndsWith("Latency", StringComparison.Ordinal) ? 1e-9 : 1;
            Cost low = ModelCost.Uniform(network, 8, 8, With(name, field, less * unit)),
                high = ModelCost.Uniform(network, 8, 8, With(name, field, (less + more) * unit));
            Assert.True(high.LatencyNs >= low.LatencyNs && high.EnergyPj >= low.EnergyPj && high.AreaUm2 >= low.AreaUm2
                && high.Arrays >= low.Arrays);
        });

    [Theory, MemberData(nameof(BuiltIns))]
    public void Larger_arrays_are_never_more_arrays(string name) =>
        Gen.Select(_networks, Gen.Int[8, 300], Gen.Int[8, 300], Gen.Int[0, 200], Gen.Int[0, 200])
            .Holds(40, (network, rows, columns, moreRows, moreColumns) =>
        {
            HardwareProfile small = HardwareProfiles.BuiltIn(name) with { Rows = rows, Columns = columns };
            HardwareProfile large = small with { Rows = rows + moreRows, Columns = columns + moreColumns };
            Assert.True(ModelCost.Uniform(network, 8, 8, large).Arrays <= ModelCost.Uniform(network, 8, 8, small).Arrays);
            HardwareProfile spared = small with { SpareColumns = Math.Min(moreColumns, columns / 2) };
            Assert.True(ModelCost.Uniform(network, 8, 8, spared).Arrays >= ModelCost.Uniform(network, 8, 8, small).Arrays);
        });

    private static HardwareProfile With(string name, string field, double value) => HardwareProfiles.Parse(
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"base":"{{name}}","{{field}}":{{value}}}""")),
        "mine.cimhw.json");

    private static void Close(double expected, double actual) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-9 * Math.Abs(expected), $"{actual}, not {expected}");
}
