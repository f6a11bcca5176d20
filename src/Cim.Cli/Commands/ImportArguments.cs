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
    private readonly RowOption<string?> _dump = new(OptionTable.Dump);

    /// <summary>Adds the options to a command.</summary>
    public ImportArguments(Command command)
    {
        command.Options.Add(_dimensions);
        command.Options.Add(_dump);
    }

    /// <summary>Reads the options.</summary>
    public ImportOptions Read(ParseResult parsed) => Read(parsed.GetValue(_dimensions) ?? [], parsed.GetValue(_dump));

    /// <summary>The same from values that the table allows.</summary>
    public static ImportOptions Read(IEnumerable<string> sizes, string? dump) =>
        ImportOptions.Default with { Dimensions = Dimensions(sizes), DumpDirectory = dump };

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
