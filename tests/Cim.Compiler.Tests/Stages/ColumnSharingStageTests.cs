using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class ColumnSharingStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void Makes_strips_share_columns()
    {
        CompileOptions options = _compilation.Options with { Hardware = "nju-32", Merge = ColumnSharingOptions.Parse("0.2", "auto") };
        CompileState state = _compilation.After("ColumnSharing", options);
        Assert.Contains(state.Precisions.Layers, l => l.Layout.SharesColumns);
    }

    [Fact]
    public void Does_not_run_unless_asked_for() =>
        Assert.False(StagedCompilation.Ran(_compilation.After("ColumnSharing"), "ColumnSharing"));
}
