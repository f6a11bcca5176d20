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
        option.AcceptOnlyFromAmong("exact", "adc", "device", "circuit");
        return option;
    }

    public static Fidelity Read(ParseResult parsed, Option<string> option) => parsed.GetValue(option) switch
    {
        "adc" => Fidelity.Adc,
        "device" => Fidelity.Device,
        "circuit" => Fidelity.Circuit,
        _ => Fidelity.Exact,
    };
}
