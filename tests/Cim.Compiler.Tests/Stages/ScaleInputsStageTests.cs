using Cim.Compiler.Calibration;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class ScaleInputsStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void The_network_as_imported_stays_beside_the_scaled_one()
    {
        CompileState state = _compilation.After("ScaleInputs");
        Assert.True(StagedCompilation.Ran(state, "ScaleInputs"));
        Assert.Same(state.Scaled, state.Graph);
        Assert.Equal(_compilation.After("Import").Graph.Nodes.Length, state.Imported!.Nodes.Length);
    }

    [Fact]
    public void With_a_method_of_the_users_choice_nothing_is_scaled() => Assert.False(StagedCompilation.Ran(
        _compilation.After("ScaleInputs", _compilation.Options with { Range = RangeMethod.MeanSquaredError }), "ScaleInputs"));

    [Fact]
    public void Without_samples_nothing_is_scaled() => Assert.False(StagedCompilation.Ran(
        _compilation.After("ScaleInputs", _compilation.Options with { Calibration = null }), "ScaleInputs"));
}
