using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Lowering;

/// <summary>Whoever lowers a network, for a search or for its result, gets the weights the hardware holds.</summary>
public sealed class LayerLoweringTests
{
    [Fact]
    public void Lowering_applies_the_scaling_of_the_hardware()
    {
        using var compilation = new StagedCompilation();
        CompileState state = compilation.After("Round");
        HardwareProfile isaac = HardwareProfiles.Load("isaac");
        Assert.Contains(Scales(state, isaac), layer => layer.Distinct().Count() > 1);
        Assert.All(
            Scales(state, isaac with { WeightScaling = WeightScaling.Layer }), layer => Assert.Single(layer.Distinct()));
    }

    private static ImmutableArray<float>[] Scales(CompileState state, HardwareProfile hardware)
    {
        Graph quantized = state.Quantized.Quantized;
        return [.. new LayerLowering(state.Precisions, hardware).Lower(quantized).Program.Layers.Select(l => l.WeightScales)];
    }
}
