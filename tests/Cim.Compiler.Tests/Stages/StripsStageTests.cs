using Cim.Compiler.Strips;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class StripsStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void Gives_strips_widths_of_their_own()
    {
        CompileOptions options = _compilation.Options with { Strips = StripOptions.Parse("0.3", null, "strip") };
        CompileState state = _compilation.After("Strips", options);
        Assert.Contains(state.Precisions.Layers, l => l.Layout.StripWidths is not null);
    }

    [Fact]
    public void Does_not_run_unless_asked_for() => Assert.False(StagedCompilation.Ran(_compilation.After("Strips"), "Strips"));
}
