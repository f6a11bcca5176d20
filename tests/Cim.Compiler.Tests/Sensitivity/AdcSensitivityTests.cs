using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Sensitivity;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Sensitivity;

/// <summary>What narrow conversions do to the outputs of the sample network.</summary>
public sealed class AdcSensitivityTests
{
    // Cells of four bits leave few widths to try.
    private static readonly HardwareProfile _isaac = HardwareProfiles.BuiltIn("isaac") with { CellBits = 4 };

    [Fact]
    public void Narrow_conversions_lose_more_than_wide_ones()
    {
        (Graph graph, GraphInput input, SearchData data) = FashionSample.Load();
        var layers = MvmLayers.Find(graph);
        AdcSensitivity measured = AdcSensitivity.Measure(
            new SampledNetwork(graph, input, data), _isaac, layers, [.. layers.Select(_ => new[] { 2, 4, 6, 0 })], new SearchClock(null),
            null, default);
        foreach (var layer in measured.Layers)
        {
            Assert.Equal([2, 4, 6], layer.Keys);
            Assert.True(layer[2] > layer[4] && layer[4] > layer[6], $"{layer[2]} {layer[4]} {layer[6]}");
        }
    }
}
