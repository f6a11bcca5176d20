using Cim.Compiler.Evaluation;
using Cim.Compiler.Stages;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class KnownSamplesTests
{
    [Theory]
    [InlineData(1024, 1024, 9808, 10_000)]
    [InlineData(1015, 1024, 854, 932)]
    public void An_accuracy_above_that_on_others_by_more_than_chance_is_of_known_samples(int right, int samples, int others, int of) =>
        Assert.True(KnownSamples.AreKnown(new Accuracy(right, samples, 0), new Accuracy(others, of, 0)));

    [Theory]
    [InlineData(955, 1024, 1844, 2000)]
    [InlineData(900, 1024, 1844, 2000)]
    [InlineData(20, 20, 92, 100)]
    [InlineData(1024, 1024, 2000, 2000)]
    [InlineData(0, 0, 92, 100)]
    public void A_difference_that_chance_explains_is_not(int right, int samples, int others, int of) =>
        Assert.False(KnownSamples.AreKnown(new Accuracy(right, samples, 0), new Accuracy(others, of, 0)));
}
