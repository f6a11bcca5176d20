using Cim.Runtime;
using Cim.Runtime.Hardware;

namespace Cim.Benchmarks;

/// <summary>A network at one fidelity on some hardware.</summary>
internal sealed class Contender(string name, string description, CompiledModel compiled, Fidelity fidelity) : IDisposable
{
    private readonly CimModel _model = new(compiled);

    public string Name { get; } = name;

    public string Description { get; } = description;

    /// <summary>How long <see cref="Prepare"/> took.</summary>
    public double PreparedSeconds { get; set; }

    /// <summary>
    /// The fidelities on the hardware a network was compiled for, with the non-idealities they are for: 8 input bits streamed one
    /// by one and a conversion of 8 bits each, as the profile says; `device` adds a programming error of 1 % and read noise of
    /// 1 % of gOn, `circuit` wires of 1 ohm a cell.
    /// </summary>
    public static IEnumerable<Contender> Of(CompiledModel compiled)
    {
        HardwareProfile hardware = compiled.Hardware;
        string cells = $"{hardware.Encoding} cells of {hardware.CellBits} bits, {hardware.DacBits}-bit DACs, {hardware.AdcBits}-bit "
            + $"conversion of every input slice: {hardware.AdcPerInputSlice}";
        HardwareProfile device = hardware with { ProgrammingError = new ProgrammingError("independent", 0.01) };
        yield return new Contender("exact", "integers", compiled, Fidelity.Exact);
        yield return new Contender("adc", cells, compiled, Fidelity.Adc);
        yield return new Contender("device", "adc with 1 % programming error", compiled with { Hardware = device }, Fidelity.Device);
        yield return new Contender("device + read noise", "device with fresh 1 % noise of every cell and read",
            compiled with { Hardware = device with { ReadNoiseSigma = 0.01 } }, Fidelity.Device);
        yield return new Contender("circuit", "device with 1 ohm a cell on word and bit lines",
            compiled with { Hardware = device with { WordLineResistance = 1, BitLineResistance = 1 } }, Fidelity.Circuit);
    }

    public void Prepare() => _model.Prepare(new RunOptions { Fidelity = fidelity, Seed = 1 });

    public void Run(float[] input, float[] output, int threads) =>
        _model.Run(input, output, new RunOptions { Fidelity = fidelity, Seed = 1, MaxThreads = threads });

    public void Dispose() => _model.Dispose();
}
