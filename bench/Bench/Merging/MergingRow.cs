using System.Diagnostics.CodeAnalysis;

namespace Cim.Bench.Merging;

/// <summary>A row of the table: how columns are shared, and of which network.</summary>
/// <param name="Name">The row's name.</param>
/// <param name="Share">The share of cells to save, or <c>-</c> for no column sharing.</param>
/// <param name="Method">The method of <c>--merge-method</c>.</param>
/// <param name="IsPruned">Whether the network is pruned before.</param>
internal sealed record MergingRow(string Name, string Share, string Method, bool IsPruned) : IParsable<MergingRow>
{
    /// <summary>The name with the share, where there is one.</summary>
    public string Label => Share is "-" or "0" ? Name : $"{Name} {Share}";

    /// <summary>The options of <c>cim compile</c>.</summary>
    public object[] Options => Share == "-" ? [] : ["--merge", Share, "--merge-method", Method];

    public static MergingRow Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out MergingRow? row) ? row : throw new FormatException($"'{s}' is not a row.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out MergingRow result)
    {
        result = s?.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
        {
            [var name, var share, var method] => new MergingRow(name, share, method, false),
            [var name, var share, var method, "pruned"] => new MergingRow(name, share, method, true),
            _ => null,
        };
        return result is not null;
    }

    public override string ToString() => $"{Name} {Share} {Method}{(IsPruned ? " pruned" : "")}";
}
