using System.Collections.Immutable;
using System.Globalization;
using Cim.Runtime;

namespace Cim.Compiler.Search.Persistence;

/// <summary>A measurement of widths without converters, by which it stands in a trial log: <c>4 4 / 8 8 within 0.7</c>.</summary>
/// <param name="Weights">Bits of every layer; 0 = float.</param>
/// <param name="Activations">Bits of every group; 0 = float.</param>
/// <param name="Within">The percentage points beyond which it ends early; null = the budget of the log.</param>
internal sealed record WidthsTrial(ImmutableArray<int> Weights, ImmutableArray<int> Activations, double? Within)
{
    private const string Limit = " within ", Sides = " / ";

    /// <summary>Reads what <see cref="ToString"/> gives.</summary>
    /// <exception cref="CimException">CIM0053: it is no such text.</exception>
    public static WidthsTrial Parse(string text)
    {
        string[] parts = text.Split(Limit);
        string[] sides = parts[0].Split(Sides);
        double within = 0;
        if (sides.Length != 2 || parts.Length > 2
            || (parts.Length == 2 && !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out within)))
            throw Wrong(text);
        return new WidthsTrial(Bits(sides[0], text), Bits(sides[1], text), parts.Length == 2 ? within : null);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', Weights) + Sides + string.Join(' ', Activations)
        + (Within is { } within ? FormattableString.Invariant($"{Limit}{within:R}") : "");

    private static ImmutableArray<int> Bits(string text, string whole) => [.. text.Split(' ').Select(b =>
        int.TryParse(b, NumberStyles.None, CultureInfo.InvariantCulture, out int bits) ? bits : throw Wrong(whole))];

    private static CimException Wrong(string text) => new(ErrorCodes.InvalidStudy,
        $"'{text}' is no measurement of a search. The study is damaged; make it anew in another folder.");
}
