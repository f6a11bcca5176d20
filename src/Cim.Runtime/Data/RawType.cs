using System.Buffers.Binary;

namespace Cim.Runtime.Data;

/// <summary>How one number of a data file lies in its bytes (little-endian where it matters).</summary>
internal enum RawType
{
    UInt8,
    Int8,
    UInt16,
    Int16,
    UInt32,
    Int32,
    UInt64,
    Int64,
    Float16,
    Float32,
    Float64,

    /// <summary>Big-endian, as the IDX format writes it, and NumPy for arrays that came from elsewhere.</summary>
    UInt16BigEndian,
    Int16BigEndian,
    UInt32BigEndian,
    Int32BigEndian,
    UInt64BigEndian,
    Int64BigEndian,
    Float16BigEndian,
    Float32BigEndian,
    Float64BigEndian,
}

/// <summary>Facts about <see cref="RawType"/>.</summary>
internal static class RawTypes
{
    public static int SizeOf(this RawType type) => type switch
    {
        RawType.UInt8 or RawType.Int8 => 1,
        RawType.UInt16 or RawType.Int16 or RawType.Float16
            or RawType.UInt16BigEndian or RawType.Int16BigEndian or RawType.Float16BigEndian => 2,
        RawType.UInt64 or RawType.Int64 or RawType.Float64
            or RawType.UInt64BigEndian or RawType.Int64BigEndian or RawType.Float64BigEndian => 8,
        _ => 4,
    };

    /// <summary>The narrowest element type that has all values; all real numbers are <see cref="ElementType.Float32"/>.</summary>
    public static ElementType ToElementType(this RawType type) => type switch
    {
        RawType.UInt8 => ElementType.UInt8,
        RawType.Int8 => ElementType.Int8,
        RawType.UInt16 or RawType.Int16 or RawType.Int32
            or RawType.UInt16BigEndian or RawType.Int16BigEndian or RawType.Int32BigEndian => ElementType.Int32,
        RawType.UInt32 or RawType.Int64 or RawType.UInt64
            or RawType.UInt32BigEndian or RawType.Int64BigEndian or RawType.UInt64BigEndian => ElementType.Int64,
        _ => ElementType.Float32,
    };

    /// <summary>Reads the value at the start of <paramref name="bytes"/>; every 32-bit value is represented exactly.</summary>
    public static double Read(this RawType type, ReadOnlySpan<byte> bytes) => type switch
    {
        RawType.UInt8 => bytes[0],
        RawType.Int8 => (sbyte)bytes[0],
        RawType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        RawType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        RawType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        RawType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        RawType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        RawType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        RawType.Float16 => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        RawType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        RawType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        RawType.UInt16BigEndian => BinaryPrimitives.ReadUInt16BigEndian(bytes),
        RawType.Int16BigEndian => BinaryPrimitives.ReadInt16BigEndian(bytes),
        RawType.UInt32BigEndian => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        RawType.Int32BigEndian => BinaryPrimitives.ReadInt32BigEndian(bytes),
        RawType.UInt64BigEndian => BinaryPrimitives.ReadUInt64BigEndian(bytes),
        RawType.Int64BigEndian => BinaryPrimitives.ReadInt64BigEndian(bytes),
        RawType.Float16BigEndian => (double)BinaryPrimitives.ReadHalfBigEndian(bytes),
        RawType.Float32BigEndian => BinaryPrimitives.ReadSingleBigEndian(bytes),
        RawType.Float64BigEndian => BinaryPrimitives.ReadDoubleBigEndian(bytes),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };
}
