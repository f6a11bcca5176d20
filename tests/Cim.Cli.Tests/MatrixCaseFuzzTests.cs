using System.Globalization;
using System.Text;
using Cim.Cli.Commands;
using Cim.Runtime;
using Cim.Tests.Shared;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>
/// Any text is a case of <c>cim mvm</c> with finite results, or a documented error. CIM_FUZZ_CASES (5,000 unless set) and
/// CIM_FUZZ_SEED (1) choose how many cases of which sequence.
/// </summary>
public sealed class MatrixCaseFuzzTests
{
    private static readonly string[] _wild =
        ["null", "{}", "[]", "\"x\"", "-1", "0", "1", "2", "8", "8.0", "9", "1e999", "0.5", "[1]", "[-1,1]", "[1,-1]", "[0,1e-300]",
            "[-1e308,1e308]", "[[1]]", "[[1,2],[3]]", "[[1e308,-1e308]]", "[[null]]", "true", "\"\\uD800\""];

    private static readonly string[] _fields =
        ["schema", "name", "weights", "inputs", "weightBits", "activationBits", "weightRange", "activationRange", "slices", "dacBits",
            "adcBits", "hardware", "fidelity", "convention", "seed", "weigths"];

    [Fact]
    public void Any_text_gives_finite_results_or_a_documented_error()
    {
        int cases = FuzzSettings.Cases(5000), run = 0;
        ulong seed = FuzzSettings.Seed;
        var random = new Random(unchecked((int)seed));
        for (int i = 0; i < cases; i++)
        {
            byte[] text = Case(random);
            try
            {
                double[][] outputs = MatrixCaseReader.Parse(text, "fuzz.json").Run();
                Assert.All(outputs, row => Assert.All(row, y => Assert.True(double.IsFinite(y))));
                run++;
            }
            catch (CimException e)
            {
                Assert.Matches("^CIM(0012|200[1-8]|4003)$", e.Code);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"case {i} of seed {seed} ({Encoding.UTF8.GetString(text)}): {e}");
            }
        }

        Assert.InRange(run, cases / 10, cases);
    }

    [Fact]
    public void A_byte_order_mark_and_whole_numbers_with_a_fraction_are_read_and_a_name_twice_is_an_error()
    {
        const string Text = """{"weights":[[1,-1]],"inputs":[[1,0.5]],"weightBits":8.0,"activationBits":8}""";
        Assert.Equal(0.5, MatrixCaseReader.Parse(Encoding.UTF8.GetBytes("\uFEFF" + Text), "case.json").Run()[0][0], 0.01);
        CimException twice = Assert.Throws<CimException>(() => MatrixCaseReader.Parse(
            Encoding.UTF8.GetBytes(Text.Replace("\"activationBits\":8", "\"weightBits\":8", StringComparison.Ordinal)), "case.json"));
        Assert.Equal("CIM0012", twice.Code);
        Assert.Contains("'weightBits' is given twice", twice.Message, StringComparison.Ordinal);
    }

    private static byte[] Case(Random random)
    {
        int inputs = random.Next(1, 7), outputs = random.Next(1, 4);
        string encoding = Pick(random, "differential", "differential-two-sided", "offset", "twos-complement");
        double low = -Math.Pow(10, random.Next(-9, 3)), high = Math.Pow(10, random.Next(-9, 3));
        string range = random.Next(2) == 0
            ? "\"" + Pick(random, "full", "calibrated", "granular") + "\""
            : string.Create(CultureInfo.InvariantCulture, $"[{low},{high}]");
        var fields = new List<(string Name, string Value)>
        {
            ("weights", Matrix(random, outputs, inputs)), ("inputs", Matrix(random, random.Next(1, 4), inputs)),
            ("weightBits", Bits(random)), ("activationBits", Bits(random)),
            ("dacBits", random.Next(0, 4).ToString(CultureInfo.InvariantCulture)),
            ("adcBits", random.Next(0, 10).ToString(CultureInfo.InvariantCulture)),
            ("activationRange", Pick(random, "[-1,1]", "[0,1]", "[0,3.5]")),
            ("slices", random.Next(3) == 0 ? random.Next(0, 5).ToString(CultureInfo.InvariantCulture) : "0"),
            ("fidelity", "\"" + Pick(random, "exact", "adc", "device", "circuit") + "\""),
            ("convention", "\"" + Pick(random, "default", "crosssim") + "\""),
            ("hardware", string.Create(CultureInfo.InvariantCulture, $$"""
                {"base":"{{Pick(random, "isaac", "mnsim", "nju-32")}}","rows":{{random.Next(1, 9)}},"columns":{{random.Next(2, 9)}},
                "encoding":"{{encoding}}","cellBits":{{random.Next(1, 5)}},"adcRange":{{range}},
                "adcPerInputSlice":{{(random.Next(2) == 0 ? "true" : "false")}},
                "readNoise":{"sigma":{{random.Next(2) * 0.01}}},"wordLineResistance":{{random.Next(3)}}}
                """)),
        };
        for (int n = random.Next(4) == 0 ? random.Next(1, 4) : 0; n > 0; n--)
        {
            (string name, string value) = (_fields[random.Next(_fields.Length)], _wild[random.Next(_wild.Length)]);
            if (random.Next(8) > 0) fields.RemoveAll(f => f.Name == name);
            fields.Add((name, value));
        }

        string text = "{" + string.Join(",", fields.Select(f => $"\"{f.Name}\":{f.Value}")) + "}";
        byte[] utf8 = Encoding.UTF8.GetBytes(random.Next(20) == 0 ? "\uFEFF" + text : text);
        if (random.Next(12) == 0) utf8[random.Next(utf8.Length)] = (byte)random.Next(256);
        return random.Next(40) == 0 ? utf8[..random.Next(utf8.Length)] : utf8;
    }

    private static string Bits(Random random) =>
        (random.Next(3) == 0 ? random.Next(0, 3) : random.Next(0, 9)).ToString(CultureInfo.InvariantCulture);

    private static string Matrix(Random random, int rows, int columns) => "[" + string.Join(",", Enumerable.Range(0, rows).Select(_ =>
        "[" + string.Join(",", Enumerable.Range(0, columns)
            .Select(_ => ((random.NextDouble() * 2.4) - 1.2).ToString("G4", CultureInfo.InvariantCulture))) + "]")) + "]";

    private static string Pick(Random random, params string[] values) => values[random.Next(values.Length)];
}
