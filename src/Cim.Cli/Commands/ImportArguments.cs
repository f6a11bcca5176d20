using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Cim.Cli.Options;
using Cim.Compiler.Import;
using Cim.Compiler.Options;

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
    public static ImportOptions Read(IEnumerable<string> sizes, string? dump)
    {
        var dimensions = ImmutableDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (string size in sizes.SelectMany(OptionCheck.Pieces))
        {
            int at = size.LastIndexOf('=');
            dimensions[size[..at]] = int.Parse(size.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture);
        }

        return ImportOptions.Default with { Dimensions = dimensions.ToImmutable(), DumpDirectory = dump };
    }
}
