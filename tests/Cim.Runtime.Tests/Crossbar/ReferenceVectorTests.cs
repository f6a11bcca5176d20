using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cim.Runtime.Crossbar.SingleMatrix;
using Cim.Runtime.Hardware;

namespace Cim.Runtime.Tests.Crossbar;

/// <summary>Thirty results of CrossSim 3.2 for one 8x16 matrix (Rmin 10 kOhm, Rmax 1 MOhm); skipped where the file is absent.</summary>
public sealed partial class ReferenceVectorTests
{
    private static readonly JsonElement? _reference = Load();

    public static TheoryData<string> Names
    {
        get
        {
            var names = new TheoryData<string>();
            if (_reference is { } r)
                foreach (JsonElement c in r.GetProperty("cases").EnumerateArray()) names.Add(c.GetProperty("name").GetString()!);
            else
                names.Add("(no reference file)");
            return names;
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Reference_vectors_are_reproduced(string name)
    {
        if (_reference is not { } reference) return;
        JsonElement c = reference.GetProperty("cases").EnumerateArray().Single(v => v.GetProperty("name").GetString() == name);
        string input = c.GetProperty("input").GetString()!;
        double[] expected = Numbers(c.TryGetProperty("exact_nodal", out JsonElement nodal) ? nodal : c.GetProperty("y"));
        double[] y = Case(reference, name, input).Run()[0];
        for (int i = 0; i < y.Length; i++) Assert.Equal(expected[i], y[i], 1e-6);
    }

    private static MatrixCase Case(JsonElement reference, string name, string input)
    {
        Match weightBits = WeightBits().Match(name), slices = Slices().Match(name), dac = Dac().Match(name), adc = AdcBits().Match(name);
        Match limits = Limits().Match(name), wires = WireOhms().Match(name);
        bool serial = name.StartsWith("bit-serial", StringComparison.Ordinal);
        double ohm = wires.Success ? Number(wires) : 0;
        return new MatrixCase
        {
            Weights = [.. reference.GetProperty("W").EnumerateArray().Select(Numbers)],
            Inputs = [Numbers(reference.GetProperty(input))],
            WeightBits = slices.Success ? 8 : weightBits.Success ? (int)Number(weightBits) : 0,
            ActivationBits = serial ? 8 : dac.Success ? (int)Number(dac) : 0,
            WeightRange = (-1, 1),
            ActivationRange = input == "x_signed" ? (-1, 1) : (0, 1),
            Slices = slices.Success ? (int)Number(slices) : 0,
            Profile = Profiles.Plain with
            {
                DacBits = serial || name.Contains("slice 1", StringComparison.Ordinal)
                    ? 1
                    : name.Contains("slice_size=2", StringComparison.Ordinal) ? 2
                    : 0,
                AdcBits = adc.Success ? (int)Number(adc) : 0,
                AdcRange = limits.Success
                    ? new AdcRange(AdcRangePolicy.Fixed, Number(limits), double.Parse(limits.Groups[2].Value, CultureInfo.InvariantCulture))
                    : new AdcRange(AdcRangePolicy.Full),
                Encoding = name.Contains("offset", StringComparison.OrdinalIgnoreCase) ? WeightEncoding.Offset
                    : name.Contains("two-sided", StringComparison.Ordinal)
                        ? WeightEncoding.DifferentialTwoSided
                        : WeightEncoding.Differential,
                WordLineResistance = ohm, BitLineResistance = ohm,
            },
            Fidelity = wires.Success ? Fidelity.Circuit : Fidelity.Device,
            Convention = QuantizerConvention.CrossSim,
            Seed = 1,
        };
    }

    private static double Number(Match m) => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture);

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetDouble())];

    private static JsonElement? Load()
    {
        for (string? d = AppContext.BaseDirectory; d is not null; d = Path.GetDirectoryName(d))
        {
            string path = Path.Combine(d, "shared", "reference", "crosssim_vectors.json");
            if (File.Exists(path)) return JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
        }
        return null;
    }

    [GeneratedRegex(@"weight_bits=(\d)")]
    private static partial Regex WeightBits();

    [GeneratedRegex(@"x(\d) slices")]
    private static partial Regex Slices();

    [GeneratedRegex(@"DAC (?:sign-mag|unsigned) (\d)b")]
    private static partial Regex Dac();

    [GeneratedRegex(@"ADC (?:sign-mag |unsigned )?(\d)b")]
    private static partial Regex AdcBits();

    [GeneratedRegex(@"\[(-?\d+),(\d+)\]")]
    private static partial Regex Limits();

    [GeneratedRegex(@"Rp_col=([\d.]+)")]
    private static partial Regex WireOhms();
}
