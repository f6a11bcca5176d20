using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Precision;
using Cim.Compiler.Scheduling;
using Cim.Compiler.Scheduling.Simulation;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Scheduling;

public sealed class DigitalCostTests
{
    // Relu reads 4x8x8, the pooling reads the same and writes a quarter, softmax reads 10; a flatten only renames.
    private const long Operations = 256 + 256 + 10;

    [Fact]
    public void Operations_are_elements_read_or_written_and_cost_what_the_profile_states()
    {
        HardwareProfile isaac = HardwareProfiles.BuiltIn("isaac");
        DigitalCost digital = Of(Small(), isaac);
        Assert.Equal(Operations, digital.Operations);
        Assert.Equal(Operations / 2.4, digital.LatencyNs!.Value, 9); // 2.4 Gop/s of the one core that each layer takes.
        Assert.Equal(Operations * 0.217, digital.EnergyPj!.Value, 9);
    }

    [Fact]
    public void Units_of_all_cores_of_a_layer_work_on_what_follows_it()
    {
        HardwareProfile isaac = HardwareProfiles.BuiltIn("isaac");
        DigitalCost whole = Of(Small(), isaac), parted = Of(Small(), isaac with { ArraysPerCore = 1 });
        // The convolution's four 8-bit outputs take 16 columns: one array. The dense layer's softmax is 10 operations.
        Assert.Equal(whole.LatencyNs, parted.LatencyNs);
        DigitalCost rows = Of(Small(), isaac with { ArraysPerCore = 1, Rows = 9 });
        // Now the convolution's 27 rows take 3 arrays, and the dense layer's 64 rows 8.
        Assert.Equal((512 / 3.0 / 2.4) + (10 / 8.0 / 2.4), rows.LatencyNs!.Value, 9);
    }

    [Fact]
    public void A_profile_without_figures_has_no_cost_and_lists_what_is_missing()
    {
        HardwareProfile profile = HardwareProfiles.BuiltIn("cim-aq-4b");
        Graph graph = OnnxImporter.Import(Small(), null);
        DigitalCost digital = Of(Small(), profile);
        Assert.Equal((Operations, null, null), (digital.Operations, digital.LatencyNs, digital.EnergyPj));
        string[] missing = [.. Unmodelled.Of(profile, CostOf(graph, profile))];
        Assert.Contains("time of digital operators (digital.rate)", missing);
        Assert.Contains("energy of conversions (adcEnergy)", missing);
        Assert.DoesNotContain("energy of conversions (adcEnergy)",
            Unmodelled.Of(HardwareProfiles.BuiltIn("isaac"), CostOf(graph, HardwareProfiles.BuiltIn("isaac"))));
    }

    [Theory]
    [InlineData("squeezenet", "isaac")]
    [InlineData("vit-b32", "puma")]
    public void A_schedule_counts_the_same_energy(string network, string hardware)
    {
        Schedule schedule = ScheduledNetworks.Of(network, hardware).Run(PipelineKind.Serial);
        DigitalCost digital = Of(ScheduledNetworks.Onnx(network), HardwareProfiles.BuiltIn(hardware));
        Assert.Equal(schedule.Energy.DigitalPj, digital.EnergyPj!.Value, 1e-9 * schedule.Energy.DigitalPj);
    }

    private static DigitalCost Of(byte[] onnx, HardwareProfile profile)
    {
        Graph graph = OnnxImporter.Import(onnx, null);
        return DigitalCost.Of(graph, CostOf(graph, profile), profile);
    }

    private static Cost CostOf(Graph graph, HardwareProfile profile)
    {
        var shapes = LayerShapes.Of(graph, profile);
        var policy = new QuantizationPolicy([.. shapes.Select(s => new LayerPrecision(s.Name, 8, 8, 0))]);
        return CostModel.Total(shapes.Select(s => new LayerLowering(policy, profile).CostOf(s, 1)), profile);
    }

    private static byte[] Small() => new ModelBuilder().Input("x", -1, 3, 8, 8).Weight("w", 4, 3, 3, 3)
        .Node("Conv", "x w", "c", ("kernel_shape", new[] { 3, 3 }), ("pads", new[] { 1, 1, 1, 1 })).Node("Relu", "c", "r")
        .Node("MaxPool", "r", "p", ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 })).Node("Flatten", "p", "f")
        .Weight("v", 64, 10).Node("MatMul", "f v", "d").Node("Softmax", "d", "y").Output("y").Bytes;
}
