using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Cim.Cli.Options;
using Cim.Compiler.Import;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Runtime;

namespace Cim.Cli.Commands;

/// <summary>The options of every command that reads an ONNX model.</summary>
internal sealed class ImportArguments
{
    private readonly RowOption<string[]> _dimensions = new(OptionTable.Dim);
    private readonly RowOption<string[]> _sizes = new(OptionTable.Dims);
    private readonly RowOption<string[]> _fixed = new(OptionTable.Fix);
    private readonly RowOption<string?> _dump = new(OptionTable.Dump);

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="dumps">Whether graphs can be written out.</param>
    public ImportArguments(Command command, bool dumps = true)
    {
        command.Options.Add(_dimensions);
        command.Options.Add(_sizes);
        command.Options.Add(_fixed);
        if (dumps) command.Options.Add(_dump);
        Dumps = dumps;
    }

    private bool Dumps { get; }

    /// <summary>The options that say something of a model's inputs.</summary>
    public IEnumerable<Option> OfInputs => [_dimensions, _sizes, _fixed];

    /// <summary>The options as a text, for keys of results.</summary>
    public string Key(ParseResult parsed) => string.Join(' ', OfInputs.SelectMany(option =>
        parsed.GetResult(option)?.Tokens.Select(t => $"{option.Name}={t.Value}") ?? []));

    /// <summary>Reads the options.</summary>
    public ImportOptions Read(ParseResult parsed) => Read(
        parsed.GetValue(_dimensions) ?? [], parsed.GetValue(_sizes) ?? [], parsed.GetValue(_fixed) ?? [],
        Dumps ? parsed.GetValue(_dump) : null);

    /// <summary>The same from the values of a compilation.</summary>
    public static ImportOptions Read(OptionReader values) => Read(
        values.List(OptionTable.Dim), values.List(OptionTable.Dims), values.List(OptionTable.Fix), values.Text(OptionTable.Dump));

    /// <summary>From values that the table allows.</summary>
    /// <exception cref="CimException">CIM0010: one dimension or input is set twice, or lists of sizes contradict each other.</exception>
    private static ImportOptions Read(IEnumerable<string> dim, IEnumerable<string> dims, IEnumerable<string> fix, string? dump)
    {
        PlanSizes plans = PlanSizes.Parse(dims);
        ImmutableDictionary<string, int> dimensions = Dimensions(dim);
        if (!plans.IsEmpty && plans[0].Keys.FirstOrDefault(dimensions.ContainsKey) is { } both)
            throw OptionError.Usage(
                $"{OptionTable.Dim.Is($"{both}={dimensions[both]}")} and {OptionTable.Dims.Is(plans.ToString())}: leave "
                + $"one of them out.");
        return ImportOptions.Default with
        {
            Dimensions = plans.Count == 1 ? dimensions.SetItems(plans[0]) : dimensions,
            Sizes = plans.Count == 1 ? PlanSizes.None : plans,
            FixedInputs = Values(fix),
            DumpDirectory = dump,
        };
    }

    /// <summary>The values of fixed inputs.</summary>
    private static ImmutableDictionary<string, ImmutableArray<double>> Values(IEnumerable<string> settings)
    {
        var values = ImmutableDictionary.CreateBuilder<string, ImmutableArray<double>>(StringComparer.Ordinal);
        foreach (string setting in settings.SelectMany(OptionCheck.Pieces))
        {
            int at = setting.LastIndexOf('=');
            string name = setting[..at].Trim();
            if (values.ContainsKey(name)) throw OptionError.Usage($"{OptionTable.Fix.Is(setting)}, but '{name}' is set already.");
            values[name] =
                [.. OptionCheck.Alternatives(setting[(at + 1)..]).Select(v => double.Parse(v, CultureInfo.InvariantCulture))];
        }

        return values.ToImmutable();
    }

    /// <summary>The sizes of open dimensions.</summary>
    /// <exception cref="CimException">CIM0010: one dimension has two sizes.</exception>
    private static ImmutableDictionary<string, int> Dimensions(IEnumerable<string> sizes)
    {
        var dimensions = ImmutableDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (string size in sizes.SelectMany(OptionCheck.Pieces))
        {
            int at = size.LastIndexOf('='), value = int.Parse(size.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            string name = size[..at].Trim();
            if (dimensions.TryGetValue(name, out int other) && other != value)
                throw OptionError.Usage(
                    $"{OptionTable.Dim.Is(size)}, but '{name}' is set to {other} as well; a network is compiled for one size.");
            dimensions[name] = value;
        }

        return dimensions.ToImmutable();
    }
}
