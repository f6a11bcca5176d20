using System.Text;
using Cim.Runtime.Costs;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Runtime.Tests.Hardware.Json;

/// <summary>A profile that changes its base's arrays or converters has figures that suit it, or says which do not.</summary>
public sealed class InheritedFiguresTests
{
    public static TheoryData<string> BuiltIns => [.. HardwareProfiles.BuiltInNames];

    [Theory, MemberData(nameof(BuiltIns))]
    public void Built_in_profiles_keep_no_figure_that_is_stated_for_other_arrays(string name) =>
        Assert.Empty(HardwareProfiles.BuiltIn(name).InheritedFigures);

    [Fact]
    public void Arrays_of_isaac_have_the_energy_area_and_programming_time_PUMA_states_for_their_size()
    {
        // 0.01875, 0.075, 0.3 and 1.2 mW for 100 ns; 1.56, 6.25, 25 and 100 um2.
        foreach ((int size, double energy, double area) in new[] { (32, 1.875, 1.5625), (64, 7.5, 6.25), (128, 30, 25), (256, 120, 100.0) })
        {
            HardwareProfile p = Parse($$"""{"base":"isaac","rows":{{size}},"columns":{{size}}}""");
            Assert.Equal(energy, p.Cost.ArrayReadEnergyPj, 9);
            Assert.Equal(area, p.Cost.ArrayAreaUm2, 9);
            Assert.Equal(10.96875e-6 * size / 128, p.WriteLatency, 15);
        }
    }

    [Theory, MemberData(nameof(BuiltIns))]
    public void Read_energy_and_area_of_a_cell_do_not_depend_on_the_array(string name)
    {
        HardwareProfile basis = HardwareProfiles.BuiltIn(name);
        Gen.Select(Gen.Int[2, 1024], Gen.Int[2, 1024]).Holds(30, (rows, columns) =>
        {
            HardwareProfile p = Parse($$"""{"base":"{{name}}","rows":{{rows}},"columns":{{columns}}}""");
            Close(basis.Cost.ArrayReadEnergyPj / basis.Rows / basis.Columns, p.Cost.ArrayReadEnergyPj / rows / columns);
            Close(basis.Cost.ArrayAreaUm2 / basis.Rows / basis.Columns, p.Cost.ArrayAreaUm2 / rows / columns);
            Close(basis.WriteLatency / basis.Rows, p.WriteLatency / rows);
            Assert.Equal((rows, columns) == (basis.Rows, basis.Columns), !p.InheritedFigures.ContainsKey("readLatency"));
        });
    }

    [Theory, MemberData(nameof(BuiltIns))]
    public void Conversions_of_other_bits_take_the_same_time_by_file_and_by_flag(string name)
    {
        HardwareProfile basis = HardwareProfiles.BuiltIn(name);
        for (int bits = 1; bits <= 16; bits++)
        {
            HardwareProfile p = Parse($$"""{"base":"{{name}}","adcBits":{{bits}}}""");
            Close(CostModel.AdcLatency(bits, basis), CostModel.AdcLatency(0, p));
            Close(CostModel.AdcLatency(bits, basis), CostModel.AdcLatency(bits, p));
            for (int flag = 1; flag <= 16; flag++) Close(CostModel.AdcLatency(flag, basis), CostModel.AdcLatency(flag, p));
        }
    }

    [Fact]
    public void The_time_of_a_conversion_that_a_file_states_is_that_at_its_own_bits()
    {
        HardwareProfile p = Parse("""{"base":"isaac","adcBits":4,"adcLatency":{"value":1,"unit":"ns"}}""");
        Close(1e-9, CostModel.AdcLatency(4, p));
        Close(2e-9, CostModel.AdcLatency(8, p));
    }

    [Theory]
    [InlineData("""{"base":"isaac","rows":64}""", "readLatency", "1E-07 s", "128x128 arrays")]
    [InlineData("""{"base":"mnsim","dacBits":2}""", "dacEnergy", "0.0039 pJ", "1-bit DACs")]
    [InlineData("""{"base":"isaac","cellBits":4}""", "cellWriteEnergy", "1.28937 pJ", "2-bit cells")]
    [InlineData("""{"base":"isaac","gOn":2e-4}""", "arrayReadEnergy", "30 pJ", "gOn 0.0001 S")]
    [InlineData("""{"base":"cim-aq-4b","adcBits":8}""", "adcLatency", "0 s", "ideal read-out")]
    [InlineData("""{"base":"cim-aq-4b","adcBits":8}""", "adcEnergy", "0 pJ", "ideal read-out")]
    public void A_figure_without_a_rule_is_named_with_its_value_and_what_it_was_stated_for(
        string json, string field, string value, string stated)
    {
        HardwareProfile p = Parse(json);
        string text = p.InheritedFigures[field];
        Assert.Contains(field, text, StringComparison.Ordinal);
        Assert.Contains(value, text, StringComparison.Ordinal);
        Assert.Contains(stated, text, StringComparison.Ordinal);
        Assert.Contains("kept from", p.Sources[field], StringComparison.Ordinal);
    }

    [Fact]
    public void A_figure_the_file_states_is_taken_as_it_is()
    {
        HardwareProfile p = Parse("""{"base":"isaac","rows":64,"columns":64,"arrayReadEnergy":9,"readLatency":5e-8,"writeLatency":1e-6}""");
        Assert.Equal((9, 5e-8, 1e-6), (p.Cost.ArrayReadEnergyPj, p.ReadLatency, p.WriteLatency));
        Assert.Empty(p.InheritedFigures);
    }

    [Fact]
    public void Computed_read_energy_follows_the_conductance()
    {
        HardwareProfile basis = HardwareProfiles.BuiltIn("mnsim"), p = Parse("""{"base":"mnsim","gOn":2e-4,"gOff":2e-6}""");
        Assert.Equal(2 * basis.Cost.ArrayReadEnergyPj, p.Cost.ArrayReadEnergyPj, 6);
        Assert.Equal(2 * basis.Cost.CellWriteEnergyPj, p.Cost.CellWriteEnergyPj, 6);
        Assert.Empty(p.InheritedFigures);
    }

    [Fact]
    public void Description_and_sources_say_what_was_changed()
    {
        HardwareProfile p = Parse("""{"base":"isaac","rows":64,"columns":64,"adcBits":5}""");
        Assert.Equal("Based on isaac with rows 64, columns 64, adcBits 5.", p.Description);
        Assert.Contains("rescaled by cells from 128x128 to 64x64", p.Sources["arrayReadEnergy"], StringComparison.Ordinal);
        Assert.Contains("PUMA", p.Sources["writeLatency"], StringComparison.Ordinal);
        Assert.Equal("mine", Parse("""{"base":"isaac","rows":64,"description":"mine"}""").Description);
    }

    [Fact]
    public void Warnings_of_a_base_file_pass_to_its_children_until_they_state_the_figure()
    {
        string directory = Directory.CreateTempSubdirectory("cim-hw").FullName;
        try
        {
            File.WriteAllText(Path.Combine(directory, "a.cimhw.json"), """{"base":"isaac","rows":64}""");
            HardwareProfile Child(string json) =>
                HardwareProfiles.Parse(Encoding.UTF8.GetBytes(json), Path.Combine(directory, "b.cimhw.json"), directory);
            Assert.Contains("readLatency", Child("""{"base":"a.cimhw.json","cores":4}""").InheritedFigures.Keys);
            Assert.Empty(Child("""{"base":"a.cimhw.json","readLatency":1e-7}""").InheritedFigures);
            Assert.Equal(30.0 / 4, Child("""{"base":"a.cimhw.json","columns":64}""").Cost.ArrayReadEnergyPj, 9);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void Whole_numbers_may_be_written_with_a_fraction_of_zero()
    {
        HardwareProfile p = Parse("""{"schema":1.0,"base":"isaac","rows":64.0,"columns":6.4e1}""");
        Assert.Equal((64, 64), (p.Rows, p.Columns));
    }

    private static void Close(double expected, double actual) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-12 * Math.Abs(expected), $"{actual}, not {expected}");

    private static HardwareProfile Parse(string json) => HardwareProfiles.Parse(Encoding.UTF8.GetBytes(json), "mine.cimhw.json");
}
