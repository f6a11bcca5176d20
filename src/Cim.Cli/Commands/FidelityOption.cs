using System.CommandLine;
using Cim.Cli.Options;
using Cim.Compiler.Options;
using Cim.Runtime;

namespace Cim.Cli.Commands;

/// <summary>How much of the hardware a command simulates.</summary>
internal static class FidelityOption
{
    /// <param name="standard">Used if the option is not set.</param>
    public static Option<string> Create(Fidelity standard = Fidelity.Exact) => new RowOption<string>(
        OptionTable.Fidelity with { Default = Name(standard) },
        "How much of the hardware is simulated: exact (integers), adc (conversions), device (cells), circuit (wires).");

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
