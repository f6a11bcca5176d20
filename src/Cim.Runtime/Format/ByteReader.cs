using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Cim.Runtime.Format;

/// <summary>Reads what <see cref="ByteWriter"/> wrote; everything is checked against the bytes that are there.</summary>
internal sealed class ByteReader(ReadOnlyMemory<byte> data)
{
    private int _at;

    public bool AtEnd => _at == data.Length;

    public byte Byte() => Take(1)[0];

    public bool Bool() => Byte() switch
    {
        0 => false,
        1 => true,
        _ => throw CimFile.Corrupt("a flag is neither 0 nor 1"),
    };

    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public float Float() => BinaryPrimitives.ReadSingleLittleEndian(Take(4));

    public string String()
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Take(Int()));
        }
        catch (ArgumentException e)
        {
            throw CimFile.Corrupt("a name is not UTF-8", e);
        }
    }

    /// <summary>A list whose items take at least <paramref name="itemBytes"/> bytes each: what bounds the memory a false count can
    /// cost.</summary>
    public ImmutableArray<T> List<T>(int itemBytes, Func<ByteReader, T> read)
    {
        int count = Int();
        if (count < 0 || (long)count * itemBytes > data.Length - _at) throw CimFile.Corrupt("a list is longer than the file");
        ImmutableArray<T>.Builder items = ImmutableArray.CreateBuilder<T>(count);
        for (int i = 0; i < count; i++) items.Add(read(this));
        return items.MoveToImmutable();
    }

    public ImmutableArray<int> Ints() => List(4, static r => r.Int());

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > data.Length - _at) throw CimFile.Corrupt("it ends too early");
        ReadOnlySpan<byte> bytes = data.Span.Slice(_at, count);
        _at += count;
        return bytes;
    }
}
