using Cim.Compiler.Mapping;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Xunit;

namespace Cim.Compiler.Tests.Mapping;

/// <summary>The formulas of docs/cost.md on a layer small enough to count by hand.</summary>
public sealed class CostModelTests
{
    // 200 inputs, 40 outputs, 10 products; isaac: 128x128, 2-bit cells, offset, 100 ns, 128 columns an ADC at 1.28 GS/s.
    private static readonly LayerShape _layer = new("fc", 1, 200, 40, 10);

    private static readonly HardwareProfile _isaac = HardwareProfiles.BuiltIn("isaac");

    [Fact]
    public void A_resident_pipelined_layer_takes_one_cycle_a_read_and_one_fill()
    {
        LayerCost cost = Of(_isaac, 8, 8);
        // 4 slices * 40 = 160 columns: 2 row tiles x 2 column tiles. 10 products x 8 input bits, conversions hidden behind reads.
        Assert.Equal(4, cost.Arrays);
        Assert.Equal((80 * 100) + 100, cost.LatencyNs, 6);
        Assert.Equal(10 * 8 * 2 * 160, cost.AdcConversions);
        Assert.Equal(160.0 * 200 / (4 * 128 * 128), cost.Utilisation, 12);
    }

    [Fact]
    public void Without_pipelining_reads_and_conversions_add_up() =>
        Assert.Equal(80 * 200, Of(_isaac with { PipelinedConversion = false }, 8, 8).LatencyNs, 6);

    [Fact]
    public void Analog_accumulation_converts_once_for_all_input_slices()
    {
        LayerCost cost = Of(_isaac with { AdcPerInputSlice = false, PipelinedConversion = false }, 8, 8);
        Assert.Equal(10 * (800 + 100), cost.LatencyNs, 6);
        Assert.Equal(10 * 2 * 160, cost.AdcConversions);
    }

    [Fact]
    public void Fewer_adc_bits_save_energy_and_with_a_successive_approximation_converter_time()
    {
        HardwareProfile puma = HardwareProfiles.BuiltIn("puma") with { ReadLatency = 1e-9 };
        LayerCost eight = CostModel.Of(_layer, LayerMapper.Map(_layer, 8, puma), 8, 8, 8, puma);
        LayerCost four = CostModel.Of(_layer, LayerMapper.Map(_layer, 8, puma), 8, 8, 4, puma);
        Assert.Equal(0.25, four.Energy.AdcPj / eight.Energy.AdcPj, 6);
        Assert.Equal(0.5, (four.LatencyNs - 1) / (eight.LatencyNs - 1), 6);
    }

    [Fact]
    public void Energy_is_events_times_figures()
    {
        LayerCost cost = Of(_isaac, 8, 8);
        CostEvents e = cost.Events;
        Assert.Equal(cost.EnergyPj, (e.ArrayReads * 30) + (e.DacActivations * 0.417) + (e.AdcConversions * 1.67) + (e.ShiftAdds * 0.021)
            + (e.BufferBits * 20.45 / 256) + (e.BusBits * 0.054) + (e.InterconnectBits * 20.74 / 256), 3);
        Assert.Equal(0, e.CellWrites);
        Assert.Equal(10 * 8 * (200 + 40), e.BufferBits);
        // Inputs to both column tiles; one partial sum of 8 + 8 + 7 bits an output from the second row tile.
        Assert.Equal((10 * 8 * 400) + (10 * 40 * 23), e.BusBits);
    }

    [Fact]
    public void A_dynamic_layer_is_programmed_in_each_inference_and_a_constant_one_only_once()
    {
        LayerCost constant = Of(_isaac, 8, 8);
        LayerCost dynamic = CostModel.Of(_layer with { IsDynamic = true, Repeat = 3 }, LayerMapper.Map(_layer, 8, _isaac), 8, 8, 0, _isaac);
        Assert.Equal(constant.LatencyNs + (_isaac.WriteLatency * 1e9), dynamic.LatencyNs, 6);
        Assert.Equal((12L, 3L * 200 * 160), (dynamic.Events.ArrayWrites, dynamic.Events.CellWrites));
        Cost total = CostModel.Total([constant, dynamic], _isaac);
        Assert.Equal(16, total.Arrays);
        Assert.Equal(4 * _isaac.WriteLatency * 1e9, total.ProgrammingLatencyNs, 6);
        Assert.Equal(constant.EnergyPj + dynamic.EnergyPj, total.EnergyPj, 3);
        Assert.EndsWith("pJ, 16 arrays per inference", total.ToString(), StringComparison.Ordinal);
    }

    private static LayerCost Of(HardwareProfile profile, int weightBits, int activationBits) =>
        CostModel.Of(_layer, LayerMapper.Map(_layer, weightBits, profile), weightBits, activationBits, 0, profile);
}
