using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Lowering;

/// <summary>What follows a layer is done in its epilogue.</summary>
public sealed class CrossbarFusionTests
{
    private static readonly HardwareProfile _isaac = HardwareProfiles.BuiltIn("isaac");

    [Fact]
    public void Additions_and_clamps_are_done_in_epilogues()
    {
        LoweredModel lowered = Lower(RandomNetworks.Residual(1));
        Assert.DoesNotContain(lowered.Program.Steps, s => s.Op is "Add" or "Relu" or "Clip" or "DequantizeLinear");
        Assert.Equal(2, lowered.Program.Layers.Count(l => l.Epilogue.AddsResidual));
        Assert.Equal(1.5f, lowered.Program.Layers.Single(l => l.Name == "depthwise").Epilogue.Maximum);
    }

    [Fact]
    public void A_value_that_two_read_is_not_fused_away()
    {
        // The sum before the clamp is an output of its own.
        LoweredModel lowered = Lower(new ModelBuilder().Input("x", -1, 6).Weight("w", 4, 6).Node("dense", "Gemm", "x w", "d", ("transB", 1))
            .Node("Relu", "d", "y").Output("y").Output("d").Bytes);
        Assert.Equal(2, lowered.Program.Outputs.Length);
        Assert.Contains(lowered.Program.Steps, s => s.Op == "Relu");
    }

    [Fact]
    public void A_clamp_behind_a_layer_bounds_its_epilogue()
    {
        LoweredModel lowered = Lower(new ModelBuilder().Input("x", -1, 6).Weight("w", 4, 6).Scalar("low", -0.25f).Scalar("high", 0.5f)
            .Node("dense", "Gemm", "x w", "d", ("transB", 1)).Node("Clip", "d low high", "y").Output("y").Bytes);
        Epilogue epilogue = Assert.Single(lowered.Program.Layers).Epilogue;
        Assert.Equal((-0.25f, 0.5f), (epilogue.Minimum, epilogue.Maximum));
        Assert.DoesNotContain(lowered.Program.Steps, s => s.Op == "Clip");
    }

    private static LoweredModel Lower(byte[] model)
    {
        Graph graph = RandomNetworks.Import(model);
        return ProgramBuilder.Build(QuantizedNetworks.Quantize(graph, QuantizedNetworks.Uniform(graph, 8)),
            (layer, weights) => LayerMapper.Map(LayerShapes.Of(layer), weights.Bits, _isaac, weights.UsesMinimum), _ => 0);
    }
}
