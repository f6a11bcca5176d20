using Cim.Compiler.Reporting.Html;
using Xunit;

namespace Cim.Compiler.Tests.Reporting.Html;

public sealed class HtmlTextTests
{
    [Theory]
    [InlineData(0, "0 ns")]
    [InlineData(0.4567, "0.457 ns")]
    [InlineData(999, "999 ns")]
    [InlineData(1234, "1.23 µs")]
    [InlineData(123_456_789, "123 ms")]
    [InlineData(5e12, "5,000 s")]
    public void Latency_has_the_unit_a_person_would_use(double ns, string text) => Assert.Equal(text, HtmlText.Latency(ns));

    [Theory]
    [InlineData(250, "250 µm²")]
    [InlineData(3_100_000, "3.10 mm²")]
    [InlineData(25e9, "250 cm²")]
    public void Area_has_the_unit_a_person_would_use(double um2, string text) => Assert.Equal(text, HtmlText.Area(um2));

    [Theory]
    [InlineData(0.0023, "+0.23 pp")]
    [InlineData(-0.0105, "−1.05 pp")]
    [InlineData(-0.00001, "±0.00 pp")]
    public void Differences_have_a_sign(double difference, string text) => Assert.Equal(text, HtmlText.Points(difference));
}
