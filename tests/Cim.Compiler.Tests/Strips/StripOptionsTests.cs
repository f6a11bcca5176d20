using Cim.Compiler.Precision;
using Cim.Compiler.Strips;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Strips;

/// <summary>What may be asked of strips.</summary>
public sealed class StripOptionsTests
{
    [Theory, InlineData("0"), InlineData("1"), InlineData("-0.5"), InlineData("x")]
    public void Shares_that_cannot_be_are_refused(string share)
    {
        Assert.Equal("CIM0010", Assert.Throws<CimException>(() => StripOptions.Parse(share, null, "strip")).Code);
        Assert.Null(StripOptions.Parse("auto", null, "strip")!.Compression);
        Assert.Equal([8, 2, 0], StripOptions.Parse("0.5", "0,8,2", "column")!.Widths.ToArray());
        Assert.Throws<CimException>(() => StripOptions.Parse("0.5", "1,8", "strip"));
        Assert.Throws<CimException>(() => StripOptions.Parse("0.5", null, "cell"));
    }
}
