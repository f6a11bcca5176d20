using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class TrainStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void Trains_from_the_rounded_network()
    {
        CompileOptions options = _compilation.Options with { Training = _compilation.Data, Epochs = 1, WeightBits = 4 };
        CompileState rounded = _compilation.After("Round", options), trained = _compilation.After("Train", options);
        Assert.Equal(RoundedNetwork.Trained, trained.Quantized.Method);
        Assert.NotSame(rounded.Quantized.Quantized, trained.Quantized.Quantized);
        Assert.Equal(rounded.Graph.Outputs.AsEnumerable(), trained.Quantized.Quantized.Outputs);
    }

    [Fact]
    public void Does_not_run_without_training_samples() => Assert.False(StagedCompilation.Ran(_compilation.After("Train"), "Train"));
}
