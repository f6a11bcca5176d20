using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Evaluation.Candidates;
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

    /// <summary>Measures it.</summary>
    /// <param name="network">A network that has these widths.</param>
    /// <param name="budget">Percentage points beyond which it ends early where it says nothing else.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public Distance Measure(PolicyNetwork network, double budget, CancellationToken cancellation) =>
        network.MeasureWithEarlyStopping(l => Weights[l], g => Activations[g], Within ?? budget, cancellation);

    /// <summary>The widths of weights that measurements need of each layer; narrowest first.</summary>
    /// <param name="trials">The measurements.</param>
    /// <param name="layers">The layers there are.</param>
    /// <exception cref="CimException">CIM0053: they are of another network.</exception>
    public static ImmutableArray<int[]> Needed(IReadOnlyCollection<WidthsTrial> trials, QuantizableLayers layers)
    {
        if (trials.FirstOrDefault(t => t.Weights.Length != layers.Layers.Length || t.Activations.Length != layers.Groups.Length)
            is { } other)
            throw new CimException(ErrorCodes.InvalidStudy,
                $"'{other}' is a measurement of another network. The study is damaged; make it anew in another folder.");
        return
        [
            .. layers.Layers.Select((_, l) => trials.Select(t => t.Weights[l]).Where(b => b > 0).Distinct().Order().ToArray()),
        ];
    }

    private static ImmutableArray<int> Bits(string text, string whole) => [.. text.Split(' ').Select(b =>
        int.TryParse(b, NumberStyles.None, CultureInfo.InvariantCulture, out int bits) ? bits : throw Wrong(whole))];

    private static CimException Wrong(string text) => new(ErrorCodes.InvalidStudy,
        $"'{text}' is no measurement of a search. The study is damaged; make it anew in another folder.");
}
