using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class EvaluateStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void Writes_what_it_measured_into_the_compiled_model()
    {
        CompileState state = _compilation.After("Evaluate");
        Assert.Equal(1, state.Measured!.Float.Fraction);
        Assert.Equal(state.Measured.Compiled.Fraction, state.Emitted!.Model.Info.AccuracyCompiled);
        Assert.Equal(state.Emitted.Fidelity, state.Emitted.Model.Info.AccuracyFidelity);
        Assert.Equal(state.Measured.Float.Correct, state.Emitted.Result.Float!.Correct);
    }

    [Fact]
    public void Does_not_run_without_labelled_data() => Assert.False(StagedCompilation.Ran(
        _compilation.After("Evaluate", _compilation.Options with { Evaluation = null }), "Evaluate"));
}
