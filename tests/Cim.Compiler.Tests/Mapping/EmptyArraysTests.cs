using Cim.Compiler.Mapping;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Tensors;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Mapping;

/// <summary>Arrays without a weight.</summary>
public sealed class EmptyArraysTests
{
    [Fact]
    public void Arrays_without_a_weight_are_left_out_and_all_others_stay() =>
        Gen.Select(MappingCase.Any, Gen.Int).Holds(200, (example, seed) =>
    {
        (LayerShape shape, int weightBits, _, HardwareProfile profile) = example;
        LayerMapping mapping = LayerMapper.Map(shape, weightBits, profile);
        var random = new Random(seed);
        sbyte[] weights = new sbyte[shape.Groups * shape.ColumnsPerGroup * shape.RowsPerGroup];
        Array.Fill(weights, (sbyte)1);
        ArrayTile[] emptied = [.. mapping.Tiles.Where(_ => random.Next(2) == 0)];
        foreach (ArrayTile tile in emptied)
            for (int g = tile.FirstGroup; g < tile.FirstGroup + tile.GroupCount; g++)
                for (int c = tile.FirstColumn; c < tile.FirstColumn + tile.Columns; c++)
                    Array.Clear(weights, (((g * shape.ColumnsPerGroup) + (c / mapping.ColumnsPerOutput)) * shape.RowsPerGroup)
                        + tile.FirstRow, tile.Rows);
        LayerMapping left = EmptyArrays.Remove(
            mapping, shape, Tensor.Create<sbyte>(new Shape(shape.Groups * shape.ColumnsPerGroup, shape.RowsPerGroup), weights));

        bool IsEmpty(ArrayTile t) =>
            Enumerable.Range(t.FirstGroup, t.GroupCount).All(g => Enumerable.Range(t.FirstColumn, t.Columns).All(c =>
            weights.AsSpan((((g * shape.ColumnsPerGroup) + (c / mapping.ColumnsPerOutput)) * shape.RowsPerGroup) + t.FirstRow, t.Rows)
                .IndexOfAnyExcept((sbyte)0) < 0));
        ArrayTile[] expected = profile.Encoding == WeightEncoding.Offset ? [.. mapping.Tiles] : [.. mapping.Tiles.Where(t => !IsEmpty(t))];
        Assert.Equal(expected.Length == 0 ? [mapping.Tiles[0]] : expected, left.Tiles.ToArray());
        Assert.Equal(mapping.RowTiles.ToArray(), left.RowTiles.ToArray());
    });

    [Fact]
    public void Sums_of_arrays_left_out_cross_no_bus() => Gen.Select(MappingCase.Any, Gen.Int).Holds(200, (example, seed) =>
    {
        (LayerShape shape, int weightBits, int activationBits, HardwareProfile profile) = example;
        LayerMapping mapping = LayerMapper.Map(shape, weightBits, profile);
        var random = new Random(seed);
        ArrayTile[] tiles = [.. mapping.Tiles.Where(_ => random.Next(3) > 0)];
        LayerMapping left = mapping with { Tiles = tiles.Length == 0 ? [mapping.Tiles[0]] : [.. tiles] };
        long wide = CostModel.Of(shape, mapping, weightBits, activationBits, 0, profile).Events.BusBits;
        long narrow = CostModel.Of(shape, left, weightBits, activationBits, 0, profile).Events.BusBits;

        long bits = Math.Min(32, (mapping.SliceBits.Length * profile.CellBits) + activationBits
            + (int)Math.Ceiling(Math.Log2(Math.Max(1, Math.Min(shape.RowsPerGroup, profile.Rows)))));
        Assert.Equal(Expected(mapping), wide);
        Assert.Equal(Expected(left), narrow);

        // Every output waits for one sum of each row tile that has an array of it; all but the first of them travel.
        long Expected(LayerMapping m)
        {
            long inputs = m.Tiles.Sum(t => (long)t.GroupCount * t.Rows) * activationBits, travelling = 0;
            for (int g = 0; g < shape.Groups; g++)
                for (int o = 0; o < shape.ColumnsPerGroup; o++)
                {
                    int sums = m.RowTiles.Count(
                        r => m.Tiles.Any(t => t.FirstRow == r.FirstRow && g >= t.FirstGroup && g < t.FirstGroup + t.GroupCount
                        && t.FirstColumn < (o + 1) * m.ColumnsPerOutput && t.FirstColumn + t.Columns > o * m.ColumnsPerOutput));
                    travelling += Math.Max(0, sums - 1);
                }

            return shape.Mvms * shape.Repeat * (inputs + (travelling * bits));
        }
    });
}
