using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class AgreementWarningTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void Without_labels_outputs_far_from_the_float_networks_are_warned_of_with_the_layer_that_errs_most()
    {
        CompileResult result = CompilePipeline.Compile(
            _compilation.Options with { Evaluation = null, WeightBits = 2, ActivationBits = 2, Hardware = "cim-aq-2b" });
        CompileWarning warning = Assert.Single(result.Warnings, w => w.Code == ErrorCodes.OutputsFarFromFloat);
        Assert.True(result.Agreement!.Cosine < 0.99 || result.Agreement.Top < 0.97);
        Assert.Contains($"'{result.Report.WorstLayer}' errs most", warning.Message, StringComparison.Ordinal);
        Assert.Contains("more bits help", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_say_more_than_agreement() => Assert.DoesNotContain(
        CompilePipeline.Compile(_compilation.Options with { WeightBits = 2, ActivationBits = 2, Hardware = "cim-aq-2b" }).Warnings,
        w => w.Code == ErrorCodes.OutputsFarFromFloat);

    [Fact]
    public void Eight_bits_are_near_enough() => Assert.DoesNotContain(
        CompilePipeline.Compile(_compilation.Options with { Evaluation = null, Hardware = "cim-aq-2b" }).Warnings,
        w => w.Code == ErrorCodes.OutputsFarFromFloat);
}
