using Cim.Runtime.RandomNumbers;
using Xunit;

namespace Cim.Runtime.Tests.RandomNumbers;

public sealed class SplitMixTests
{
    /// <summary>The first numbers of Vigna's splitmix64.c for the seed 1234567.</summary>
    [Fact]
    public void The_sequence_is_that_of_the_reference_implementation()
    {
        var random = new SplitMix(1234567);
        Assert.Equal(
            [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821],
            Enumerable.Range(0, 5).Select(_ => random.NextBits()).ToArray());
    }

    [Fact]
    public void A_counter_takes_the_same_hash_as_a_sequence() =>
        Assert.Equal(
            SplitMix.Mix(77 ^ new SplitMix(5).NextBits()),
            new CounterRandom(77).Bits(5));
}
