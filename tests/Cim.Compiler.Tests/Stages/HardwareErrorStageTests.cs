using Cim.Compiler.Evaluation;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class HardwareErrorStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void Fewer_bits_of_converters_add_more_error_to_every_layer()
    {
        CompileState three = Measured(3), five = Measured(5);
        Assert.Equal(three.Mapped!.Lowered.Layers.Select(l => l.Layer.NodeName).Order(), three.HardwareErrors.Keys.Order());
        foreach (string layer in three.HardwareErrors.Keys)
        {
            HardwareError narrow = Assert.Single(three.HardwareErrors[layer]), wide = Assert.Single(five.HardwareErrors[layer]);
            Assert.Equal((Fidelity.Adc, Fidelity.Adc), (narrow.Fidelity, wide.Fidelity));
            Assert.Equal(narrow.RelativeL2, narrow.Added);
            Assert.True(narrow.RelativeL2 > wide.RelativeL2, $"{layer}: {narrow.RelativeL2} at 3 bits, {wide.RelativeL2} at 5");
        }
    }

    [Fact]
    public void Ideal_cells_and_wires_add_nothing_to_what_converters_do()
    {
        CompileState state = _compilation.After("HardwareErrors", _compilation.Options with
        {
            AdcBits = 4, Fidelity = Fidelity.Circuit, ReportDirectory = _compilation.At("report"),
            HardwareSettings = [new("wordLineResistance", "0"), new("bitLineResistance", "0")],
        });
        Assert.All(state.HardwareErrors.Values, errors =>
        {
            Assert.Equal([Fidelity.Adc, Fidelity.Device, Fidelity.Circuit], errors.Select(e => e.Fidelity));
            Assert.Equal([0.0, 0.0], errors.Skip(1).Select(e => e.Added));
            Assert.Single(errors.Select(e => e.RelativeL2).Distinct());
        });
    }

    [Fact]
    public void Nothing_is_measured_where_nobody_reads_it_or_no_converter_is_lossy()
    {
        Assert.Empty(_compilation.After("HardwareErrors", _compilation.Options with { AdcBits = 3 }).HardwareErrors);
        Assert.Empty(Measured(16).HardwareErrors);
    }

    private CompileState Measured(int adcBits) => _compilation.After(
        "HardwareErrors", _compilation.Options with { AdcBits = adcBits, ReportDirectory = _compilation.At("report") });
}
