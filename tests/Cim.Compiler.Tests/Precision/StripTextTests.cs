using Cim.Compiler.Precision;
using Cim.Runtime;
using Cim.Runtime.Mapping;
using Xunit;

namespace Cim.Compiler.Tests.Precision;

/// <summary>Widths strip by strip as digits.</summary>
public sealed class StripTextTests
{
    [Fact]
    public void Digits_are_read_as_they_are_written_and_checked_against_the_arrays()
    {
        var shape = new LayerShape("l", 1, 200, 3, 1);
        StripWidths widths = StripText.Read("804/222", shape, 128);
        Assert.Equal("804/222", StripText.Write(widths));
        Assert.Equal(8, widths.Widest);
        foreach (string wrong in new[] { "804", "804/22", "804/2222", "804/221", "80x/222", "804/222/222" })
            Assert.Equal("CIM0011", Assert.Throws<CimException>(() => StripText.Read(wrong, shape, 128)).Code);
        Assert.Throws<CimException>(() => StripText.Read("804/222", shape, 256));
        Assert.Throws<CimException>(() => StripText.Read("804/222", shape with { Groups = 2 }, 128));
    }
}
