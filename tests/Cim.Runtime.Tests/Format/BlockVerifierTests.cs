using Cim.Runtime.Crossbar;
using Cim.Runtime.Format;
using Cim.Runtime.Hardware;
using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Crossbar.Blocks;

namespace Cim.Runtime.Tests.Format;

/// <summary>Blocks in files: read as they were written, and refused where they are not the weights.</summary>
public sealed class BlockVerifierTests
{
    [Fact]
    public void Blocks_survive_the_file_and_blocks_that_do_not_give_the_weights_are_refused()
    {
        var random = new Random(9);
        for (int i = 0; i < 20; i++)
        {
            (CrossbarLayer layer, _) = BlockCases.RandomBlocks(random, (WeightEncoding)random.Next(4));
            var writer = new ByteWriter();
            var data = new DataBlob();
            LayerCodec.Write(writer, layer, data);
            CrossbarLayer read = LayerCodec.Read(new ByteReader(writer.Written), data.ToArray());
            Assert.Null(BlockVerifier.Problem(read));
            var again = new ByteWriter();
            LayerCodec.Write(again, read, new DataBlob());
            Assert.True(writer.Written.Span.SequenceEqual(again.Written.Span));

            WeightBlock block = layer.Blocks.First(b => b.Uses.Length > 0);
            int at = layer.Blocks.IndexOf(block);
            foreach (WeightBlock wrong in new[]
            {
                block with { Uses = block.Uses.SetItem(0, block.Uses[0] with { Shift = 8 }) },
                block with { Uses = block.Uses.SetItem(0, block.Uses[0] with { Output = layer.Outputs }) },
                block with { Uses = block.Uses.RemoveAt(block.Uses.Length - 1), Columns = block.Columns },
                block with { Mapping = block.Mapping with { RowOrder = [.. block.Mapping.RowOrder[1..], block.Mapping.RowOrder[^1]] } },
                block with { Mapping = block.Mapping with { RowOrder = [.. block.Mapping.RowOrder[1..], layer.RowsPerGroup] } },
                block with { WeightBits = 9 },
                block with { AdcCalibration = new AdcCalibration([1], [0]) },
            })
            {
                if (wrong.Mapping.RowOrder.Length < 2 && wrong.Mapping != block.Mapping) continue;
                Assert.NotNull(BlockVerifier.Problem(layer with { Blocks = layer.Blocks.SetItem(at, wrong) }));
            }

            if (layer.Weights.Span<sbyte>().ContainsAnyExcept((sbyte)0))
                Assert.NotNull(BlockVerifier.Problem(layer with { Blocks = [.. layer.Blocks, .. layer.Blocks] }));
        }
    }

    [Fact]
    public void Unsigned_columns_survive_the_file_and_ones_that_do_not_give_the_weights_are_refused()
    {
        var random = new Random(61);
        for (int i = 0; i < 10; i++)
        {
            (CrossbarLayer layer, _) = BlockCases.RandomDifferences(random);
            var writer = new ByteWriter();
            var data = new DataBlob();
            LayerCodec.Write(writer, layer, data);
            CrossbarLayer read = LayerCodec.Read(new ByteReader(writer.Written), data.ToArray());
            Assert.Null(BlockVerifier.Problem(read));
            Assert.Equal(layer.Blocks.Select(b => Convert.ToHexString(b.Integers!.Data.Span)),
                read.Blocks.Select(b => Convert.ToHexString(b.Integers!.Data.Span)));

            WeightBlock block = layer.Blocks[0];
            sbyte[] changed = block.Integers!.Span<sbyte>().ToArray();
            changed[0] += 1;
            foreach (WeightBlock wrong in new[]
            {
                block with { Integers = Tensor.Create<sbyte>(block.Integers.Shape, changed) },
                block with { Integers = Tensor.Create<sbyte>(block.Integers.Shape, [.. changed.Select(v => (sbyte)-v)]) },
                block with { Integers = null },
                block with { Integers = Tensor.Create<sbyte>(new Shape(changed.Length), changed) },
                block with { Mapping = block.Mapping with { Encoding = WeightEncoding.Differential } },
            })
                Assert.NotNull(BlockVerifier.Problem(layer with { Blocks = layer.Blocks.SetItem(0, wrong) }));
        }
    }
}
