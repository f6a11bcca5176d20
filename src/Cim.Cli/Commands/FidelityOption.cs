using System.Collections.Immutable;
using System.CommandLine;
using Cim.Runtime;

namespace Cim.Cli.Commands;

/// <summary>How much of the hardware a command simulates.</summary>
internal static class FidelityOption
{
    /// <param name="standard">Used if the option is not given.</param>
    public static Option<string> Create(Fidelity standard = Fidelity.Exact)
    {
        var option = new Option<string>("--fidelity")
        {
            Description = "How much of the hardware is simulated: exact (integers), adc (conversions), device (cells), circuit (wires).",
            DefaultValueFactory = _ => standard.ToString().ToLowerInvariant(),
        };
        option.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, [.. Names]);
        return option;
    }

    /// <summary>The names a fidelity has on the command line.</summary>
    public static ImmutableArray<string> Names => ["exact", "adc", "device", "circuit"];

    public static string Name(Fidelity fidelity) => fidelity.ToString().ToLowerInvariant();

    public static Fidelity Read(ParseResult parsed, Option<string> option) => Parse(parsed.GetValue(option));

    public static Fidelity Parse(string? name) => name?.ToLowerInvariant() switch
    {
        "adc" => Fidelity.Adc,
        "device" => Fidelity.Device,
        "circuit" => Fidelity.Circuit,
        _ => Fidelity.Exact,
    };
}
