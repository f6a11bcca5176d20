using System.Collections.Immutable;
using Cim.Compiler.Mapping;
using Cim.Compiler.Search.Space;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Mapping;

public sealed class ReplicationTests
{
    private static readonly HardwareProfile _isaac = HardwareProfiles.BuiltIn("isaac");

    [Fact]
    public void Three_copies_of_a_layer_take_a_third_of_its_rounds_and_three_times_its_arrays_for_the_same_energy()
    {
        ImmutableArray<LayerShape> shapes = [new("a", 1, 100, 16, 90)];
        Cost one = ModelCost.Uniform(shapes, 8, 8, _isaac), three = ModelCost.Uniform(shapes, 8, 8, _isaac, copiesWithin: 3);
        Assert.Equal((1L, 3L, 3), (one.Arrays, three.Arrays, three.Layers[0].Copies));
        // 90 products x 8 input bits x 100 ns, and the conversion of the last read.
        Assert.Equal((90 * 800) + 50, one.LatencyNs, 6);
        Assert.Equal((30 * 800) + 50, three.LatencyNs, 6);
        Assert.Equal(one.EnergyPj, three.EnergyPj, 6);
        Assert.Equal(3 * one.ProgrammingEnergyPj, three.ProgrammingEnergyPj, 6);
    }

    [Fact]
    public void Copies_stay_within_the_arrays_never_slow_a_layer_and_come_near_the_relaxed_optimum() =>
        Gen.Select(Gen.Select(Gen.Int[1, 599], Gen.Int[1, 99], Gen.Int[1, 999]).Array[2, 11], Gen.Int[2, 5]).Holds(20, (layers, times) =>
    {
        ImmutableArray<LayerShape> shapes = [.. layers.Select((l, i) => new LayerShape($"{i}", 1, l.Item1, l.Item2, l.Item3))];
        Cost single = ModelCost.Uniform(shapes, 8, 8, _isaac);
        long arrays = single.Arrays * times;
        Cost copied = ModelCost.Uniform(shapes, 8, 8, _isaac, arrays);
        Assert.True(copied.Arrays <= arrays);
        Assert.Equal(single.EnergyPj, copied.EnergyPj, 6);
        foreach ((LayerCost a, LayerCost b) in single.Layers.Zip(copied.Layers)) Assert.True(b.LatencyNs <= a.LatencyNs);
        double balance = single.Layers.Sum(l => Math.Sqrt(l.LatencyNs * l.Arrays));
        Assert.True(copied.LatencyNs < single.LatencyNs || shapes.All(s => s.Mvms == 1));
        // No integer solution can beat the relaxation (but for the pipeline's last conversion, which is not divided).
        Assert.True(copied.LatencyNs >= balance * balance / arrays * (1 - 1e-9));
    });

    [Fact]
    public void Fewer_arrays_than_layers_need_and_serial_machines_leave_everything_as_it_is()
    {
        ImmutableArray<LayerShape> shapes = [new("a", 1, 300, 100, 50)];
        Assert.Equal(ModelCost.Uniform(shapes, 8, 8, _isaac).LatencyNs, ModelCost.Uniform(shapes, 8, 8, _isaac, 1).LatencyNs);
        HardwareProfile serial = HardwareProfiles.BuiltIn("cim-aq-4b");
        Assert.Equal(ModelCost.Uniform(shapes, 8, 8, serial).Arrays, ModelCost.Uniform(shapes, 8, 8, serial, 1000).Arrays);
    }

    [Fact]
    public void On_isaac_every_kind_of_bits_saves_energy_and_with_copies_weight_bits_save_time()
    {
        ImmutableArray<LayerShape> shapes = [new("a", 1, 300, 200, 500), new("b", 1, 500, 64, 20)];
        double energy = Energy(8, 8, 8);
        foreach ((int w, int a, int adc) in new[] { (4, 8, 8), (8, 4, 8), (8, 8, 4) }) Assert.True(Energy(w, a, adc) < 0.9 * energy);
        long arrays = ModelCost.Uniform(shapes, 8, 8, _isaac).Arrays;
        Assert.True(Latency(4, 8) < 0.6 * Latency(8, 8));
        Assert.True(Latency(8, 4) < 0.6 * Latency(8, 8));

        double Energy(int w, int a, int adc) => ModelCost.Of(shapes, _ => (w, a, adc), _isaac).EnergyPj;
        double Latency(int w, int a) => ModelCost.Uniform(shapes, w, a, _isaac, arrays).LatencyNs;
    }

    [Fact]
    public void Conversions_of_six_bits_take_six_eighths_of_the_time_and_are_free_where_reads_are_slower()
    {
        LayerShape shape = new("a", 1, 100, 32, 1000);
        HardwareProfile fast = _isaac with { ReadLatency = 1e-9 };
        Assert.Equal(0.75, ((Of(fast, 6) - 1) / (Of(fast, 8) - 1)), 9);
        Assert.Equal(Of(_isaac, 8) - 100, Of(_isaac, 6) - 75, 9);

        LayerCostTable table = LayerCostTable.Build([shape], _isaac, [8], [8], AdcWidths.Offered(_isaac));
        Assert.Equal([0], Offered(Objective.CopiedLatency));
        Assert.Equal([2, 3, 4, 5, 6, 7, 0], Offered(Objective.Energy));

        int[] Offered(Objective objective) => [.. PolicySpace.Create(table, objective).Choices[0].Select(c => table.Choices[c].AdcBits)];
        double Of(HardwareProfile profile, int adc) => ModelCost.Of([shape], _ => (8, 8, adc), profile).LatencyNs;
    }
}
