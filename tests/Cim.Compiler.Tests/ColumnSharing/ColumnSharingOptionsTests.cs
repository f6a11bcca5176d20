using Cim.Compiler.ColumnSharing;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.ColumnSharing;

/// <summary>What may be asked of column sharing.</summary>
public sealed class ColumnSharingOptionsTests
{
    [Theory, InlineData("1"), InlineData("-0.1"), InlineData("x")]
    public void Shares_that_cannot_be_are_refused(string share)
    {
        Assert.Equal("CIM0010", Assert.Throws<CimException>(() => ColumnSharingOptions.Parse(share, "auto")).Code);
        Assert.Null(ColumnSharingOptions.Parse(null, "auto"));
        Assert.Null(ColumnSharingOptions.Parse("auto", "group")!.Share);
        Assert.Equal(0, ColumnSharingOptions.Parse("0", "spectral")!.Share);
        Assert.Throws<CimException>(() => ColumnSharingOptions.Parse("0.5", "sorted"));
    }
}
