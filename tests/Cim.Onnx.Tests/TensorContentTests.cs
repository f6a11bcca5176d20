using Cim.Onnx.Proto;
using Google.Protobuf;
using Xunit;
using DataType = Cim.Onnx.Proto.TensorProto.Types.DataType;

namespace Cim.Onnx.Tests;

public sealed class TensorContentTests
{
    [Fact]
    public void Raw_and_typed_data_give_the_same_elements()
    {
        var raw = new TensorProto
        {
            DataType = (int)DataType.Float,
            Dims = { 2, 1 },
            RawData = ByteString.CopyFrom([.. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)]),
        };
        var typed = new TensorProto { DataType = (int)DataType.Float, Dims = { 2, 1 }, FloatData = { 1.5f, -2f } };
        Assert.Equal([1.5f, -2f], TensorContent.Read(raw, null).ToFloats());
        Assert.Equal([1.5f, -2f], TensorContent.Read(typed, null).ToFloats());
        Assert.Equal([2L, 1L], TensorContent.Read(typed, null).Dims);
    }

    [Fact]
    public void Every_typed_field_is_read()
    {
        Assert.Equal([1f, 2f], TensorContent.Read(
            new TensorProto { DataType = (int)DataType.Double, Dims = { 2 }, DoubleData = { 1, 2 } }, null).ToFloats());
        Assert.Equal([1f], TensorContent.Read(
            new TensorProto { DataType = (int)DataType.Float16, Dims = { 1 }, Int32Data = { 0x3C00 } }, null).ToFloats());
        Assert.Equal([1f], TensorContent.Read(
            new TensorProto { DataType = (int)DataType.Bfloat16, Dims = { 1 }, Int32Data = { 0x3F80 } }, null).ToFloats());
        Assert.Equal([-3L, 4L], TensorContent.Read(
            new TensorProto { DataType = (int)DataType.Int8, Dims = { 2 }, Int32Data = { -3, 4 } }, null).ToInt64s());
        Assert.Equal([250L], TensorContent.Read(new TensorProto { DataType = (int)DataType.Uint8, Dims = { 1 }, Int32Data = { 250 } }, null)
            .ToInt64s());
        Assert.Equal([-5L], TensorContent.Read(new TensorProto { DataType = (int)DataType.Int16, Dims = { 1 }, Int32Data = { -5 } }, null)
            .ToInt64s());
        Assert.Equal([65535L], TensorContent.Read(
            new TensorProto { DataType = (int)DataType.Uint16, Dims = { 1 }, Int32Data = { 65535 } }, null).ToInt64s());
        Assert.Equal([-6L], TensorContent.Read(new TensorProto { DataType = (int)DataType.Int32, Dims = { 1 }, Int32Data = { -6 } }, null)
            .ToInt64s());
        Assert.Equal([1L << 40], TensorContent.Read(
            new TensorProto { DataType = (int)DataType.Int64, Dims = { 1 }, Int64Data = { 1L << 40 } }, null).ToInt64s());
        Assert.Equal([4000000000L], TensorContent.Read(
            new TensorProto { DataType = (int)DataType.Uint32, Dims = { 1 }, Uint64Data = { 4000000000 } }, null).ToInt64s());
        Assert.Equal([7L], TensorContent.Read(new TensorProto { DataType = (int)DataType.Uint64, Dims = { 1 }, Uint64Data = { 7 } }, null)
            .ToInt64s());
        Assert.Equal([1L, 0L], TensorContent.Read(
            new TensorProto { DataType = (int)DataType.Bool, Dims = { 2 }, Int32Data = { 1, 0 } }, null).ToInt64s());
    }

    [Fact]
    public void Four_bit_integers_are_widened()
    {
        // Two elements a byte, the first in the low half: -8, 7, -1.
        var int4 = new TensorProto { DataType = (int)DataType.Int4, Dims = { 3 }, RawData = ByteString.CopyFrom(0x78, 0x0F) };
        Assert.Equal([-8L, 7L, -1L], TensorContent.Read(int4, null).ToInt64s());
        var uint4 = new TensorProto { DataType = (int)DataType.Uint4, Dims = { 3 }, Int32Data = { 0x78, 0x0F } };
        Assert.Equal([8L, 7L, 15L], TensorContent.Read(uint4, null).ToInt64s());
    }

    [Theory]
    [InlineData((int)DataType.String, 1)]
    [InlineData((int)DataType.Complex64, 1)]
    [InlineData((int)DataType.Float8E4M3Fn, 1)]
    [InlineData(0, 1)]
    [InlineData(99, 1)]
    [InlineData((int)DataType.Float, -1)]
    [InlineData((int)DataType.Float, 3)]
    [InlineData((int)DataType.Float, int.MaxValue)]
    public void What_cannot_be_read_is_told_by_the_tensors_name(int type, long dimension)
    {
        var tensor = new TensorProto { Name = "kernel", DataType = type, Dims = { dimension }, RawData = ByteString.CopyFrom(new byte[4]) };
        Assert.Contains(
            "'kernel'", Assert.Throws<OnnxFormatException>(() => TensorContent.Read(tensor, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shape_that_overflows_is_told()
    {
        var tensor = new TensorProto { Name = "kernel", DataType = 1, Dims = { int.MaxValue, int.MaxValue, int.MaxValue } };
        Assert.Throws<OnnxFormatException>(() => TensorContent.Read(tensor, null));
    }

    [Fact]
    public void A_value_beyond_63_bits_is_told() =>
        Assert.Throws<OnnxFormatException>(() => TensorContent.Read(
            new TensorProto { DataType = (int)DataType.Uint64, Dims = { 1 }, Uint64Data = { ulong.MaxValue } }, null).ToInt64s());
}
