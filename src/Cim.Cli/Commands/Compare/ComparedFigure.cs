namespace Cim.Cli.Commands.Compare;

/// <summary>One figure of two compilations.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Unit">In what unit; empty for counts.</param>
/// <param name="A">Of the first; null if it was not measured.</param>
/// <param name="B">Of the second; null if it was not measured.</param>
internal sealed record ComparedFigure(string Name, string Unit, double? A, double? B)
{
    /// <summary>The second less the first; null if one is missing.</summary>
    public double? Difference => B - A;

    /// <summary>The second over the first; null if one is missing or the first is 0.</summary>
    public double? Ratio => A is 0 ? null : B / A;

    /// <summary>Whether they differ, also by being measured.</summary>
    public bool Differs => A != B;
}

/// <summary>A part of the set-up of two compilations.</summary>
/// <param name="Name">What it is.</param>
/// <param name="A">Of the first; null if it has none.</param>
/// <param name="B">Of the second; null if it has none.</param>
internal sealed record ComparedText(string Name, string? A, string? B);

/// <summary>A layer of two compilations.</summary>
/// <param name="Name">Its name.</param>
/// <param name="BitsA">Bits of weights, inputs and conversions in the first.</param>
/// <param name="BitsB">The same in the second.</param>
/// <param name="Figures">Cost and error.</param>
internal sealed record ComparedLayer(string Name, string BitsA, string BitsB, IReadOnlyList<ComparedFigure> Figures)
{
    /// <summary>Whether anything differs.</summary>
    public bool Differs => BitsA != BitsB || Figures.Any(f => f.Differs);
}
