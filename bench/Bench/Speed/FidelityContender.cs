using System.Diagnostics;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Model;

namespace Cim.Bench.Speed;

/// <summary>A network at one fidelity on some hardware.</summary>
internal sealed class FidelityContender(string name, string description, CompiledModel compiled, Fidelity fidelity) : IDisposable
{
    /// <summary>The names of all, in order.</summary>
    public static string[] Names { get; } = ["exact", "adc", "device", "device + read noise", "circuit"];

    private readonly CimModel _model = new(compiled);

    public string Name { get; } = name;

    public string Description { get; } = description;

    /// <summary>How long <see cref="PrepareTimed"/> took.</summary>
    public double PreparedSeconds { get; private set; }

    /// <summary>
    /// The fidelities on the hardware a network was compiled for, with the non-idealities they are for: 8 input bits streamed one
    /// by one and a conversion of 8 bits each, as the profile says; `device` adds a programming error of 1 % and read noise of
    /// 1 % of gOn, `circuit` wires of 1 ohm a cell.
    /// </summary>
    public static IEnumerable<FidelityContender> Of(CompiledModel compiled)
    {
        HardwareProfile hardware = compiled.Hardware;
        string cells = $"{hardware.Encoding} cells of {hardware.CellBits} bits, {hardware.DacBits}-bit DACs, {hardware.AdcBits}-bit "
            + $"conversion of every input slice: {hardware.AdcPerInputSlice}";
        HardwareProfile device = hardware with { ProgrammingError = new ProgrammingError("independent", 0.01) };
        yield return new FidelityContender("exact", "integers", compiled, Fidelity.Exact);
        yield return new FidelityContender("adc", cells, compiled, Fidelity.Adc);
        yield return new FidelityContender(
            "device", "adc with 1 % programming error", compiled with { Hardware = device }, Fidelity.Device);
        yield return new FidelityContender("device + read noise", "device with fresh 1 % noise of every cell and read",
            compiled with { Hardware = device with { ReadNoiseSigma = 0.01 } }, Fidelity.Device);
        yield return new FidelityContender("circuit", "device with 1 ohm a cell on word and bit lines",
            compiled with { Hardware = device with { WordLineResistance = 1, BitLineResistance = 1 } }, Fidelity.Circuit);
    }

    /// <summary>Programs the arrays.</summary>
    public void Prepare() => _model.Prepare(new RunOptions { Fidelity = fidelity, Seed = 1 });

    /// <summary>The same, and how long it takes.</summary>
    public void PrepareTimed()
    {
        long start = Stopwatch.GetTimestamp();
        Prepare();
        PreparedSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>One inference.</summary>
    public void Run(float[] input, float[] output, int threads) =>
        _model.Run(input, output, new RunOptions { Fidelity = fidelity, Seed = 1, MaxThreads = threads });

    public void Dispose() => _model.Dispose();
}
