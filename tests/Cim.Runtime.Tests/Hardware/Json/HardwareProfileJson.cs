using System.Text;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Json;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Runtime.Tests.Hardware.Json;

public sealed class HardwareProfileJson
{
    public static TheoryData<string> BuiltIns => [.. HardwareProfiles.BuiltInNames];

    [Theory, MemberData(nameof(BuiltIns))]
    public void Every_figure_of_a_built_in_profile_states_its_source(string name)
    {
        HardwareProfile profile = HardwareProfiles.BuiltIn(name);
        string[] silent =
        [
            .. ProfileFields.All.Where(f => IsStated(f, profile) && !profile.Sources.ContainsKey(f.Name))
                .Select(f => f.Name.Split('.')[0]).Distinct()
                .Where(n => !profile.Sources.ContainsKey(n))
                // Fields a profile may leave at "none": nothing is claimed, so nothing needs a source.
                .Except(["readNoise", "stuckOn", "stuckOff", "drift", "adcLatencyScaling", "adcExtraCycles", "pipelinedConversion",
                    "execution", "mapsDynamicMatMul", "signBitInSlices",
                    "variation", "adcOffsetSigma", "adcGainSigma", "driverResistance", "senseResistance", "separatePairArrays",
                    "spareColumns", "temperatureCoefficient", "irDrop", "faultRemapping", "columnCorrection", "weightClipping",
                    "weightScaling",
                    "weightClippingPercentile"]),
        ];
        if (name.StartsWith("cim-aq", StringComparison.Ordinal))
            silent =
                [.. silent.Where(n => !n.EndsWith("Energy", StringComparison.Ordinal) && !n.EndsWith("Area", StringComparison.Ordinal))];
        Assert.Empty(silent);
    }

    /// <summary>A field that files leave out at its default is stated where it has another value.</summary>
    private static bool IsStated(ProfileField field, HardwareProfile profile) => !field.IsOmittedByDefault
        || ProfileWriter.ValueText(field, profile) != ProfileWriter.ValueText(field, ProfileReader.Blank());

    [Theory, MemberData(nameof(BuiltIns))]
    public void Writing_and_reading_back_gives_the_same_bytes(string name)
    {
        byte[] written = HardwareProfiles.ToJson(HardwareProfiles.BuiltIn(name));
        Assert.Equal(written, HardwareProfiles.ToJson(HardwareProfiles.Parse(written, "copy.cimhw.json")));
    }

    [Fact]
    public void A_number_is_scaled_in_decimal_so_it_is_the_nearest_double()
    {
        HardwareProfile p = Parse("""
            {"base":"isaac","readLatency":{"value":1.4,"unit":"us"},"gOn":{"value":123.4,"unit":"uS"},
             "writeLatency":{"value":2e1,"unit":"ns"}}
            """);
        Assert.Equal(1.4e-6, p.ReadLatency);
        Assert.Equal(123.4e-6, p.GOn);
        Assert.Equal(2e-8, p.WriteLatency);
    }

    [Fact]
    public void A_bare_number_is_in_the_documented_unit_and_names_the_file_as_its_source()
    {
        HardwareProfile p = Parse("""
            {"base":"isaac","readLatency":2e-7,"adcBits":6,"encoding":"differential","adcRange":[-1,2.5],
             "programmingError":{"model":"proportional","sigma":0.05},"readNoise":{"sigma":{"value":1,"unit":"%"}}}
            """);
        Assert.Equal(2e-7, p.ReadLatency);
        Assert.Equal(6, p.AdcBits);
        Assert.Equal(WeightEncoding.Differential, p.Encoding);
        Assert.Equal(new AdcRange(AdcRangePolicy.Fixed, -1, 2.5), p.AdcRange);
        Assert.Equal(new ProgrammingError("proportional", 0.05), p.ProgrammingError);
        Assert.Equal(0.01, p.ReadNoiseSigma);
        Assert.Equal("given in mine.cimhw.json", p.Sources["readLatency"]);
        Assert.Contains("ISAAC", p.Sources["rows"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"base":"isaac","rowz":128}""", "CIM2003", "did you mean 'rows'")]
    [InlineData("""{"base":"isaac","drift":{"nue":0.1}}""", "CIM2003", "drift.nue")]
    [InlineData("""{"base":"isaac","readLatency":{"value":1,"unit":"V"}}""", "CIM2004", "'readLatency' has the unit 'V'")]
    [InlineData("""{"base":"isaac","rows":{"value":1,"unit":"ns"}}""", "CIM2004", "no unit")]
    [InlineData("""{"base":"isaac","rows":0}""", "CIM2005", "allowed is 1 to 16384")]
    [InlineData("""{"base":"isaac","rows":12.5}""", "CIM2005", "'rows' is 12.5")]
    [InlineData("""{"base":"isaac","gOff":1}""", "CIM2005", "less than gOn")]
    [InlineData("""{"base":"isaac","stuckOn":0.6,"stuckOff":0.6}""", "CIM2005", "exceed 1")]
    [InlineData("""{"base":"isaac","encoding":"ternary"}""", "CIM2005", "differential-two-sided")]
    [InlineData("""{"base":"isaac","adcRange":[2,1]}""", "CIM2005", "low < high")]
    [InlineData("""{"base":"isaac","programmingError":{"sigma":0.1}}""", "CIM2005", "model is none")]
    [InlineData("""{"base":"isaac","readNoise":0.1}""", "CIM2005", "an object with sigma")]
    [InlineData("""{"base":"isaac","readLatency":{"unit":"ns"}}""", "CIM2005", "no value")]
    [InlineData("""{"base":"isaac","readLatency":1e999}""", "CIM2005", "readLatency")]
    [InlineData("""{"base":"no-such"}""", "CIM2002", "no-such")]
    [InlineData("""{"rows":128}""", "CIM2006", "'columns' is missing")]
    [InlineData("""{"base":"isaac","rows":1,"rows":2}""", "CIM2001", "given twice")]
    [InlineData("""{"base":"isaac",""", "CIM2001", "not JSON")]
    [InlineData("[1]", "CIM2001", "JSON object")]
    [InlineData("""{"base":"isaac","name":"\uD800"}""", "CIM2001", "surrogate")]
    [InlineData("""{"base":"isaac","\uDC00":1}""", "CIM2001", "surrogate")]
    [InlineData("""{"base":"isaac","spareColumns":128}""", "CIM2005", "no column of 128")]
    [InlineData("""{"base":"isaac","programmingError":{"model":"table"}}""", "CIM2005", "'programmingError.table' is empty")]
    [InlineData("""{"base":"isaac","programmingError":{"model":"table","table":[[1,2],[1,3]]}}""", "CIM2005", "conductances ascending")]
    [InlineData("""{"base":"isaac","weightScaling":"layer","weightClipping":"mse"}""", "CIM2005", "'weightScaling' layer forbids")]
    [InlineData("""{"base":"isaac","faultRemapping":"rows"}""", "CIM2005", "rows-and-columns")]
    public void A_wrong_profile_is_an_error_that_names_the_field_and_what_is_allowed(string json, string code, string part)
    {
        CimException e = Assert.Throws<CimException>(() => Parse(json));
        Assert.Equal(code, e.Code);
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_error_points_at_the_line_and_column_of_the_field_and_all_problems_are_listed()
    {
        CimException e = Assert.Throws<CimException>(
            () => Parse("{\n  \"base\": \"isaac\",\n  \"drift\": {\n    \"nu\": 7 },\n \"rows\": -1\n}"));
        Assert.Equal((4, 5), (e.Line, e.Column));
        Assert.EndsWith("mine.cimhw.json", e.File, StringComparison.Ordinal);
        Assert.Contains("'rows' is -1", e.Message, StringComparison.Ordinal);
        Assert.Contains("'drift.nu' is 7", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_an_error_with_their_position()
    {
        byte[] text = [.. Encoding.UTF8.GetBytes("{\n  \"base\": \"isaac\",\n  \"name\": \"caf"), 0xE9, .. Encoding.UTF8.GetBytes("\"\n}")];
        CimException e = Assert.Throws<CimException>(() => HardwareProfiles.Parse(text, "mine.cimhw.json"));
        Assert.Equal(("CIM2001", 3, 15), (e.Code, e.Line, e.Column));
        Assert.Contains("0xE9 is not valid UTF-8", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_programming_errors_is_read_from_a_file_beside_the_profile()
    {
        string directory = Directory.CreateTempSubdirectory("cim-hw").FullName;
        try
        {
            string profile = Path.Combine(directory, "a.cimhw.json");
            File.WriteAllText(profile, """
                {"base":"isaac","programmingError":{"model":"table","table":{"value":"errors.csv","unit":"uS"}}}
                """);
            File.WriteAllText(Path.Combine(directory, "errors.csv"), "\uFEFFconductance, sigma\r\n# measured\r\n\r\n0, 1\r\n50, 2.5\r\n");
            Assert.Equal([(0, 1 * 1e-6), (50 * 1e-6, 2.5 * 1e-6)], HardwareProfiles.Load(profile).ProgrammingError.Table);

            foreach ((string text, string part) in new[]
            {
                ("1,2\n1,3\n", "line 2 of errors.csv has the conductance 1, which is not above 1"), ("1,NaN\n", "must be finite"),
                ("1,-2\n", "neither may be negative"), ("1;2\n", "1 columns instead of two"), ("1,2\nx,3\n", "not two numbers"),
                ("g,sigma\ng,sigma\n", "line 2"), ("", "has no pair"), ("# nothing\n", "has no pair"),
            })
            {
                File.WriteAllText(Path.Combine(directory, "errors.csv"), text);
                CimException e = Assert.Throws<CimException>(() => HardwareProfiles.Load(profile));
                Assert.Equal(("CIM2008", true), (e.Code, e.Message.Contains(part, StringComparison.Ordinal)));
            }
            File.Delete(Path.Combine(directory, "errors.csv"));
            CimException missing = Assert.Throws<CimException>(() => HardwareProfiles.Load(profile));
            Assert.Equal("CIM2008", missing.Code);
            Assert.Contains("names the file 'errors.csv', which cannot be read", missing.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void A_base_file_is_found_beside_the_file_and_a_cycle_is_an_error()
    {
        string directory = Directory.CreateTempSubdirectory("cim-hw").FullName;
        try
        {
            File.WriteAllText(Path.Combine(directory, "a.cimhw.json"), """{"base":"b.cimhw.json","rows":64}""");
            File.WriteAllText(Path.Combine(directory, "b.cimhw.json"), """{"base":"puma","columns":32}""");
            HardwareProfile p = HardwareProfiles.Load(Path.Combine(directory, "a.cimhw.json"));
            Assert.Equal((64, 32, AdcLatencyScaling.PerBit), (p.Rows, p.Columns, p.AdcLatencyScaling));

            File.WriteAllText(Path.Combine(directory, "b.cimhw.json"), """{"base":"a.cimhw.json"}""");
            CimException e = Assert.Throws<CimException>(() => HardwareProfiles.Load(Path.Combine(directory, "a.cimhw.json")));
            Assert.Equal("CIM2001", e.Code);
            Assert.Contains("a.cimhw.json -> b.cimhw.json -> a.cimhw.json", e.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void Figures_by_bits_are_exact_where_listed_and_geometric_elsewhere()
    {
        var table = new Dictionary<int, double> { [4] = 1, [6] = 4, [8] = 8 };
        Assert.Equal(4, CostFigures.ByBits(table, 6));
        Assert.Equal(2, CostFigures.ByBits(table, 5), 12);
        Assert.Equal(0.5, CostFigures.ByBits(table, 3), 12);
        Assert.Equal(16, CostFigures.ByBits(table, 10), 12);
        Assert.Equal(0, CostFigures.ByBits(table, 0));
    }

    [Fact]
    public void The_table_in_the_documentation_is_the_table_of_fields()
    {
        string path = Path.Combine(RepositoryRoot(), "docs", "hardware-profiles.md");
        string expected = string.Concat(ProfileFields.All.Select(f => ProfileFields.MarkdownRow(f) + "\n"));
        Assert.Contains(expected, File.ReadAllText(path), StringComparison.Ordinal);
    }

    private static HardwareProfile Parse(string json) => HardwareProfiles.Parse(Encoding.UTF8.GetBytes(json), "mine.cimhw.json");

    private static string RepositoryRoot()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Cim.Sdk.sln"))) directory = Path.GetDirectoryName(directory);
        return directory ?? throw new DirectoryNotFoundException("Cim.Sdk.sln");
    }
}
