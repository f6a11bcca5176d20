using System.Collections.Immutable;
using Cim.Compiler.Lowering;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class ReportStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void Has_a_row_for_each_layer_and_the_warnings_so_far()
    {
        CompileState state = _compilation.After("Report", _compilation.Options with { AdcBits = 3 });
        Assert.Equal(state.Mapped!.Lowered.Layers.Select(l => l.Layer.NodeName), state.Report!.Layers.Select(l => l.Name));
        Assert.Equal(_compilation.Warnings, state.Report.Diagnostics.Select(d => d.Code));
        Assert.Equal(state.Measured!.LossPoints, state.Report.LossPoints);
    }

    [Fact]
    public void Histograms_count_every_weight_and_what_layers_read_and_convert()
    {
        CompileState state = _compilation.After(
            "Report", _compilation.Options with { AdcBits = 3, ReportDirectory = _compilation.At("report") });
        foreach ((FusedLayer layer, LayerReport row) in state.Mapped!.Lowered.Layers.Zip(state.Report!.Layers))
        {
            DistributionsReport values = row.Distributions!;
            Assert.Equal(layer.Layer.WeightCount, values.Weights.Total);
            Assert.Equal(0, values.Weights.Beyond);
            Assert.True(values.Inputs!.Total > 0 && values.Inputs.RangeLow < values.Inputs.RangeHigh);
            Assert.Equal((0.0, 1.0), (values.Conversions!.RangeLow, values.Conversions.RangeHigh));
            Assert.True(values.Conversions.Total > 0);
        }
    }

    [Fact]
    public void The_network_has_an_edge_for_every_value_that_is_read_and_numbers_its_layers()
    {
        CompileState state = _compilation.After("Report");
        ImmutableArray<NodeReport> nodes = state.Report!.Nodes;
        Assert.Equal(state.Imported!.Nodes.Length, nodes.Length);
        Assert.All(nodes.Where(n => n.Layer >= 0), n => Assert.Equal(n.Name, state.Report.Layers[n.Layer].Name));
        Assert.Equal(state.Report.Layers.Length, nodes.Count(n => n.Layer >= 0));
        Assert.All(nodes.Select((n, i) => (n, i)), p => Assert.All(p.n.Inputs, input => Assert.InRange(input, -1, p.i - 1)));
    }

    [Fact]
    public void The_command_has_what_is_not_at_its_default_and_no_folder()
    {
        CompileOptions options = _compilation.Options with { AdcBits = 3, Seed = 7, ReportDirectory = _compilation.At("report") };
        string command = _compilation.After("Report", options).Report!.Repeat!.Command;
        Assert.StartsWith("cim compile ", command, StringComparison.Ordinal);
        Assert.Contains(" --adc-bits 3", command, StringComparison.Ordinal);
        Assert.Contains(" --seed 7", command, StringComparison.Ordinal);
        Assert.Contains($" --calibration {Path.GetFileName(_compilation.Data)}", command, StringComparison.Ordinal);
        Assert.DoesNotContain("/", command, StringComparison.Ordinal);
        Assert.DoesNotContain("--weight-bits", command, StringComparison.Ordinal);
    }
}
