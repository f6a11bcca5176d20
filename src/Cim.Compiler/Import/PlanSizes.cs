using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Runtime;

namespace Cim.Compiler.Import;

/// <summary>
/// The sizes of open dimensions for which one network is compiled side by side: a plan has one size of each dimension, by name or by input
/// and axis as in <see cref="AxisSizes"/>.
/// </summary>
internal sealed class PlanSizes
{
    /// <summary>More plans than this are a mistake, or a dimension that should be padded instead.</summary>
    public const int MaxPlans = 16;

    private readonly ImmutableArray<ImmutableSortedDictionary<string, int>> _plans;

    private PlanSizes(ImmutableArray<ImmutableSortedDictionary<string, int>> plans) => _plans = plans;

    /// <summary>A network of one size.</summary>
    public static PlanSizes None { get; } = new([]);

    public bool IsEmpty => _plans.IsEmpty;

    public int Count => _plans.Length;

    /// <summary>The sizes of a plan.</summary>
    public ImmutableSortedDictionary<string, int> this[int plan] => _plans[plan];

    /// <summary>Reads lists such as <c>sequence=16|64</c>: the n-th sizes of all dimensions are the n-th plan.</summary>
    /// <param name="lists">The lists, one dimension each, as the table allows them.</param>
    /// <exception cref="CimException">CIM0010: a dimension twice, unequal counts, a plan twice, or too many.</exception>
    public static PlanSizes Parse(IEnumerable<string> lists)
    {
        var axes = new SortedDictionary<string, (string Text, int[] Sizes)>(StringComparer.Ordinal);
        foreach (string list in lists.SelectMany(OptionCheck.Pieces))
        {
            int at = list.LastIndexOf('=');
            string name = list[..at].Trim();
            int[] sizes = [.. OptionCheck.Alternatives(list[(at + 1)..]).Select(s => int.Parse(s, CultureInfo.InvariantCulture))];
            if (!axes.TryAdd(name, (list, sizes)))
                throw OptionError.Usage(
                    $"{OptionTable.Dims.Is(list)}, but '{name}' has {axes[name].Text} as well; write all its sizes in one list.");
        }

        if (axes.Count == 0) return None;
        int count = axes.Values.Max(a => a.Sizes.Length);
        RequireCounts([.. axes.Values], count);
        ImmutableArray<ImmutableSortedDictionary<string, int>> plans =
        [
            .. Enumerable.Range(0, count).Select(i => axes.ToImmutableSortedDictionary(
                a => a.Key, a => a.Value.Sizes[Math.Min(i, a.Value.Sizes.Length - 1)], StringComparer.Ordinal)),
        ];
        for (int i = 1; i < count; i++)
            if (plans.Take(i).Any(p => p.SequenceEqual(plans[i])))
                throw OptionError.Usage($"{OptionTable.Dims.Is(string.Join(';', axes.Values.Select(a => a.Text)))}, which has the sizes "
                    + $"{Describe(plans[i])} twice; list each plan once.");
        return new PlanSizes(plans);
    }

    /// <summary>The sizes of a plan in words: <c>sequence=16</c>.</summary>
    public string Describe(int plan) => Describe(_plans[plan]);

    /// <summary>All sizes as they are written in an option, dimensions in the order of their names.</summary>
    public override string ToString() => IsEmpty ? "" : string.Join(
        ',', _plans[
            0].Keys.Select(axis => $"{axis}={string.Join('|', _plans.Select(p => p[axis].ToString(CultureInfo.InvariantCulture)))}"));

    private static void RequireCounts((string Text, int[] Sizes)[] axes, int count)
    {
        if (axes.FirstOrDefault(a => a.Sizes.Length != 1 && a.Sizes.Length != count) is { Text: not null } other)
        {
            (string text, int[] sizes) = axes.First(a => a.Sizes.Length == count);
            throw OptionError.Usage(
                $"{OptionTable.Dims.Is($"{text};{other.Text}")}: {count} sizes on one side and {other.Sizes.Length} on the other. The n-th "
                + $"sizes of all dimensions make the n-th plan; list as many for each, or one that all plans have.");
        }

        if (count > MaxPlans)
            throw OptionError.Usage($"{OptionTable.Dims.Is(string.Join(';', axes.Select(a => a.Text)))}: {count} plans, and at most "
                + $"{MaxPlans} are possible; list fewer sizes and pad inputs to the next one.");
    }

    private static string Describe(IEnumerable<KeyValuePair<string, int>> sizes) =>
        string.Join(", ", sizes.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key}={s.Value}")));
}
