using System.Collections.Immutable;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>The unit of an output whose strips are columns times powers of two.</summary>
public sealed class SharedColumnUnitsTests
{
    private static readonly ImmutableArray<ImmutableArray<int>> _rows = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]];

    [Fact]
    public void The_unit_leaves_as_much_room_below_as_8_bits_have_and_the_steps_of_strips_stay() =>
        Gen.Float[0.01f, 1].Array[10].Holds(20, w =>
    {
        int[] bits = [6, 4, 0];
        (float scale, int[] plain) = StripScales.Search(w, [], _rows, bits);
        (double unit, int[] shifts) = SharedColumnUnits.Of(w, _rows, bits);
        for (int t = 0; t < 2; t++)
            Assert.Equal(scale * Math.Pow(2, plain[t]), unit * Math.Pow(2, shifts[t]), 1e-9);
        Assert.Equal(SharedColumns.WholeBits, Enumerable.Range(0, 2).Max(t => bits[t] + shifts[t]));
        Assert.Equal(0, shifts[2]);
    });
}
