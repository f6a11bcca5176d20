using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Cim.Compiler.Import;
using Cim.Runtime;

namespace Cim.Cli.Commands;

/// <summary>The options of every command that reads an ONNX model.</summary>
internal sealed class ImportArguments
{
    private readonly Option<string[]> _dimensions = new("--dim")
    {
        Description = "Size of a named symbolic dimension, as name=size (repeatable). The leading dimension needs none: it is the batch.",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _dump = new("--dump")
    {
        Description = "Write the graph as text into this folder after each pass of the import.",
    };

    /// <summary>Adds the options to a command.</summary>
    public ImportArguments(Command command)
    {
        command.Options.Add(_dimensions);
        command.Options.Add(_dump);
    }

    /// <exception cref="CimException">Wrong usage: a dimension is not name=size.</exception>
    public ImportOptions Read(ParseResult parsed)
    {
        var dimensions = ImmutableDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (string text in parsed.GetValue(_dimensions) ?? [])
        {
            int at = text.LastIndexOf('=');
            if (at <= 0 || !int.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int size) || size == 0)
                throw new CimException(
                    ErrorCodes.WrongUsage, $"--dim {text}: expected name=size with a positive size, for example --dim height=224.");
            dimensions[text[..at]] = size;
        }

        return ImportOptions.Default with { Dimensions = dimensions.ToImmutable(), DumpDirectory = parsed.GetValue(_dump) };
    }
}
