using System.Globalization;

namespace Cim.Compiler.Options;

/// <summary>The numbers an option may have.</summary>
/// <param name="Min">The smallest.</param>
/// <param name="Max">The largest.</param>
internal sealed record OptionRange(decimal Min, decimal Max)
{
    /// <summary>Whole numbers from 0 on.</summary>
    public static OptionRange Count { get; } = new(0, int.MaxValue);

    /// <summary>Whole numbers from 1 on.</summary>
    public static OptionRange AtLeastOne { get; } = new(1, int.MaxValue);

    /// <summary>Numbers between 0 and 1, without both.</summary>
    public static OptionRange OpenUnit { get; } = new(0, 1) { ExcludesMin = true, ExcludesMax = true };

    /// <summary>Whether <see cref="Min"/> itself is too small.</summary>
    public bool ExcludesMin { get; init; }

    /// <summary>Whether <see cref="Max"/> itself is too large.</summary>
    public bool ExcludesMax { get; init; }

    /// <summary>True if the number lies in the range.</summary>
    public bool Contains(decimal number) =>
        (ExcludesMin ? number > Min : number >= Min) && (ExcludesMax ? number < Max : number <= Max);

    /// <summary>True if the number lies in the range.</summary>
    public bool Contains(double number) => (ExcludesMin ? number > (double)Min : number >= (double)Min)
        && (ExcludesMax ? number < (double)Max : number <= (double)Max);

    /// <summary>The range in words, to follow "a number": <c> from 1 to 8</c>, <c>, at least 3</c>.</summary>
    public override string ToString()
    {
        bool isOpen = Max == int.MaxValue || Max == long.MaxValue;
        if (isOpen) return Min == 0 ? ", 0 or more" : $", at least {Text(Min)}";
        return (ExcludesMin, ExcludesMax) switch
        {
            (true, true) => $" between {Text(Min)} and {Text(Max)}",
            (true, false) => $", more than {Text(Min)} and at most {Text(Max)}",
            (false, true) => $" from {Text(Min)} to less than {Text(Max)}",
            _ => $" from {Text(Min)} to {Text(Max)}",
        };
    }

    private static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);
}
