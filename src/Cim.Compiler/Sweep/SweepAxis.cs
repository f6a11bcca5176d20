using System.Collections.Immutable;
using System.Globalization;
using Cim.Runtime;

namespace Cim.Compiler.Sweep;

/// <summary>
/// One parameter of a sweep and its values: <c>adcBits=4..8</c>, <c>adcBits=4..8:2</c>, <c>programmingError.sigma=0,0.01,0.05</c>,
/// <c>encoding=offset,differential</c>, <c>adcRange=full,[-20,20]</c>.
/// </summary>
/// <param name="Field">The field of the profile.</param>
/// <param name="Values">The values as written.</param>
internal sealed record SweepAxis(string Field, ImmutableArray<string> Values)
{
    private const int Largest = 1000;

    /// <summary>The values as numbers, null if one is not.</summary>
    public double[]? Numbers
    {
        get
        {
            double[] numbers = new double[Values.Length];
            for (int i = 0; i < numbers.Length; i++)
                if (!Number(Values[i], out numbers[i])) return null;
            return numbers;
        }
    }

    /// <exception cref="CimException">CIM0010: the text is no field with values.</exception>
    public static SweepAxis Parse(string text)
    {
        ProfileSetting setting = ProfileSetting.Parse(text, "--vary");
        string[] values = [.. Split(setting.Value).SelectMany(v => Expand(v, text))];
        if (values.Any(v => v.Length == 0)) throw Wrong(text, "a value is empty");
        if (values.Distinct(StringComparer.Ordinal).Count() < values.Length) throw Wrong(text, "a value is given twice");
        if (values.Length > Largest) throw Wrong(text, $"these are {values.Length} values, more than {Largest}");
        return new SweepAxis(setting.Field, [.. values]);
    }

    // Commas inside brackets belong to a value.
    private static IEnumerable<string> Split(string text)
    {
        int depth = 0, start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
            if (text[i] != ',' || depth > 0) continue;
            yield return text[start..i].Trim();
            start = i + 1;
        }

        yield return text[start..].Trim();
    }

    private static IEnumerable<string> Expand(string value, string text)
    {
        int dots = value.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0) return [value];
        string rest = value[(dots + 2)..];
        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        decimal step = 1;
        if (!Decimal(value[..dots], out decimal first) || !Decimal(colon < 0 ? rest : rest[..colon], out decimal last)
            || (colon >= 0 && !Decimal(rest[(colon + 1)..], out step)))
            throw Wrong(text, $"'{value}' is no range of numbers FIRST..LAST or FIRST..LAST:STEP");
        if (step <= 0 || last < first) throw Wrong(text, $"the range '{value}' has no values: it must rise in positive steps");
        if ((last - first) / step >= Largest) throw Wrong(text, $"the range '{value}' has more than {Largest} values");
        // In decimal, so that 0..0.3:0.1 ends at 0.3.
        List<string> values = [];
        for (decimal v = first; v <= last; v += step)
            values.Add((v / 1.000000000000000000000000000m).ToString(CultureInfo.InvariantCulture));
        return values;
    }

    private static bool Decimal(string text, out decimal value) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    private static bool Number(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    private static CimException Wrong(string text, string why) => new(ErrorCodes.WrongUsage,
        $"--vary is '{text}': {why}. Write FIELD=FIRST..LAST, FIELD=FIRST..LAST:STEP or FIELD=VALUE,VALUE, for example --vary "
            + $"adcBits=4..8.");
}
