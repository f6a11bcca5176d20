using System.Collections.Immutable;
using System.Globalization;
using Cim.Cli.Studies;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Runtime;

namespace Cim.Cli.Commands.Compile;

/// <summary>An option that has a value after the other in a study: <c>seed=1..3</c>, <c>hardware=isaac,cim-aq-4b</c>,
/// <c>model=a.onnx,b.onnx</c>.</summary>
/// <param name="Name">Its flag without dashes; <c>model</c> for the network.</param>
/// <param name="Values">The values, as a command line has them.</param>
internal sealed record CompileAxis(string Name, ImmutableArray<string> Values)
{
    /// <summary>What the network is called.</summary>
    public const string Model = "model";

    private const int Most = 1000;

    private static readonly ImmutableArray<OptionRow> _alone =
    [
        OptionTable.Lock, OptionTable.ForceEvaluate, OptionTable.RefreshLock, OptionTable.Locked, OptionTable.LockOnly,
        OptionTable.Dependencies, OptionTable.TrialLog, OptionTable.TrainingCheckpoint, OptionTable.Dump,
    ];

    /// <summary>The option's row; null for the network.</summary>
    public OptionRow? Row => Name == Model ? null : OptionTable.WithFlag("--" + Name);

    /// <summary>Reads <c>NAME=VALUES</c>.</summary>
    /// <exception cref="Cim.Runtime.CimException">CIM0010: it is no option with values, or one that cannot vary.</exception>
    public static CompileAxis Parse(string text)
    {
        string[] sides = text.Split('=', 2);
        if (sides.Length < 2 || sides[0].Length == 0) throw Wrong(text, "it has no '='");
        var axis = new CompileAxis(sides[0].TrimStart('-'), []);
        if (axis.Name != Model && axis.Row is null)
            throw Wrong(text, $"there is no option '--{axis.Name}'; the nearest is "
                + $"'{Spelling.Nearest(axis.Name, [.. OptionTable.OnCommandLine.Select(r => r.Flag[2..])])}'");
        if (axis.Row is { } row && (row.File == FileUse.Written || row.Kind == OptionKind.Flag || _alone.Contains(row)))
            throw Wrong(text, $"'--{axis.Name}' cannot vary");
        ImmutableArray<string> values = [.. sides[1].Split(',', StringSplitOptions.TrimEntries).SelectMany(v => axis.Expand(v, text))];
        if (values.Any(v => v.Length == 0)) throw Wrong(text, "a value is empty");
        if (values.Distinct(StringComparer.Ordinal).Count() < values.Length) throw Wrong(text, "a value is named twice");
        return axis with { Values = values };
    }

    /// <summary>The same with paths that mean the same in every folder.</summary>
    public CompileAxis Absolute() => this with { Values = [.. Values.Select(Absolute)] };

    /// <summary>A value for people: a file by its name where that says which one it is.</summary>
    /// <param name="value">One of <see cref="Values"/>.</param>
    public string Label(string value) =>
        IsFile && Values.Select(v => Path.GetFileName(v)).Distinct(StringComparer.Ordinal).Count() == Values.Length
            ? Path.GetFileName(value) : value;

    /// <inheritdoc/>
    public override string ToString() => $"{Name}={string.Join(',', Values)}";

    private string Absolute(string value) => Row == OptionTable.Hardware ? StudyFiles.Profile(value)
        : IsFile ? Path.GetFullPath(value) : value;

    private bool IsFile => Name == Model || Row!.IsPath;

    private IEnumerable<string> Expand(string value, string text)
    {
        int dots = value.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0 || Row?.Kind != OptionKind.Integer) return [value];
        if (!int.TryParse(value.AsSpan(0, dots), NumberStyles.None, CultureInfo.InvariantCulture, out int first)
            || !int.TryParse(value.AsSpan(dots + 2), NumberStyles.None, CultureInfo.InvariantCulture, out int last)
            || last < first || last - first >= Most)
            throw Wrong(text, $"'{value}' is no range FIRST..LAST of up to {Most} whole numbers");
        return Enumerable.Range(first, last - first + 1).Select(v => v.ToString(CultureInfo.InvariantCulture));
    }

    private static CimException Wrong(string text, string why) => OptionError.Usage(
        $"--over is '{text}': {why}. Write NAME=VALUE,VALUE, for example --over seed=1..3 or --over hardware=isaac,cim-aq-4b.");
}
