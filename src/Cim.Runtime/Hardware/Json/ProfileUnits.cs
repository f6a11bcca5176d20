using System.Collections.Immutable;
using System.Globalization;

namespace Cim.Runtime.Hardware.Json;

/// <summary>
/// A physical dimension: the unit of a bare number, and the other units a file may use. Decimal prefixes are applied to the
/// digits of the number, so <c>1.4 us</c> is exactly the double nearest to 1.4e-6.
/// </summary>
internal sealed class Dimension
{
    private const long LargestExponent = 1_000_000;

    private readonly ImmutableDictionary<string, Scale> _units;

    private Dimension(string bareUnit, params ReadOnlySpan<(string Unit, Scale Scale)> units)
    {
        BareUnit = bareUnit;
        var builder = ImmutableDictionary.CreateBuilder<string, Scale>(StringComparer.Ordinal);
        foreach ((string unit, Scale scale) in units) builder.Add(unit, scale);
        _units = builder.ToImmutable();
        Units = [.. units.ToArray().Select(u => u.Unit)];
    }

    /// <summary>A plain number, or a percentage.</summary>
    public static Dimension Fraction { get; } = new("1", ("1", 0), ("%", -2));

    public static Dimension Time { get; } = new("s",
        ("s", 0), ("ms", -3), ("us", -6), ("µs", -6), ("ns", -9), ("ps", -12),
        ("min", new Scale(0, 60)), ("h", new Scale(0, 3600)), ("day", new Scale(0, 86400)));

    public static Dimension Conductance { get; } = new("S", ("S", 0), ("mS", -3), ("uS", -6), ("µS", -6), ("nS", -9));

    public static Dimension Resistance { get; } = new("ohm",
        ("ohm", 0), ("Ω", 0), ("mohm", -3), ("kohm", 3), ("kΩ", 3), ("Mohm", 6), ("MΩ", 6));

    public static Dimension Energy { get; } = new("pJ", ("pJ", 0), ("fJ", -3), ("nJ", 3), ("uJ", 6), ("J", 12));

    public static Dimension EnergyPerBit { get; } = new("pJ/bit", ("pJ/bit", 0), ("fJ/bit", -3), ("nJ/bit", 3));

    public static Dimension Area { get; } = new("um2", ("um2", 0), ("µm²", 0), ("mm2", 6), ("mm²", 6), ("nm2", -6));

    public static Dimension Capacity { get; } = new("B",
        ("B", 0), ("KB", new Scale(0, 1024)), ("MB", new Scale(0, 1024 * 1024)), ("GB", new Scale(0, 1024 * 1024 * 1024)));

    public static Dimension BitRate { get; } = new("bit/s", ("bit/s", 0), ("Mbit/s", 6), ("Gbit/s", 9), ("Tbit/s", 12));

    public static Dimension OperationRate { get; } = new("op/s", ("op/s", 0), ("Mop/s", 6), ("Gop/s", 9), ("Top/s", 12));

    public static Dimension Temperature { get; } = new("K", ("K", 0));

    /// <summary>The unit of a bare number and of everything the SDK writes.</summary>
    public string BareUnit { get; }

    /// <summary>All units a file may use.</summary>
    public ImmutableArray<string> Units { get; }

    /// <summary>Converts the digits of a JSON number; false if the unit is not one of <see cref="Units"/>.</summary>
    public bool TryConvert(string number, string? unit, out double value)
    {
        value = 0;
        if (!_units.TryGetValue(unit ?? BareUnit, out Scale scale)) return false;
        int e = number.IndexOfAny(['e', 'E']);
        string digits = e < 0 ? number : number[..e];
        // An exponent of more digits than a long is beyond every double as well.
        long exponent = e < 0
            ? 0
            : long.TryParse(number.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long n)
            ? Math.Clamp(n, -LargestExponent, LargestExponent) : number[e + 1] == '-' ? -LargestExponent : LargestExponent;
        string text = string.Create(CultureInfo.InvariantCulture, $"{digits}e{exponent + scale.Exponent}");
        value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) * scale.Factor;
        return true;
    }

    /// <summary>A power of ten, times a factor for the few units that are no power of ten.</summary>
    private readonly record struct Scale(int Exponent, double Factor)
    {
        public static implicit operator Scale(int exponent) => new(exponent, 1);
    }
}
