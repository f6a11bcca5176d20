using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Cim.Runtime.Data;

/// <summary>The header of NumPy's <c>.npy</c> format, versions 1 to 3: element type, order and shape.</summary>
/// <param name="Type">The element type.</param>
/// <param name="Dims">The shape.</param>
/// <param name="HeaderBytes">Where the elements begin.</param>
/// <param name="IsFortran">True if the first index runs fastest.</param>
internal sealed partial record NpyHeader(RawType Type, ImmutableArray<int> Dims, int HeaderBytes, bool IsFortran)
{
    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads the header and leaves the stream at the first element.</summary>
    /// <param name="stream">The stream at the start of the array.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="array">Which array of the file, for messages.</param>
    public static NpyHeader Read(Stream stream, string path, string array)
    {
        Span<byte> start = stackalloc byte[12];
        if (stream.ReadAtLeast(start[..10], 10, throwOnEndOfStream: false) < 10 || !start[..6].SequenceEqual(Magic))
            throw RecordFile.Malformed(path, $"{array} is not a NumPy array; save it with numpy.save or numpy.savez.");
        int version = start[6];
        int length = BinaryPrimitives.ReadUInt16LittleEndian(start[8..]), prefix = 10;
        if (version is 2 or 3)
        {
            if (stream.ReadAtLeast(start[10..], 2, throwOnEndOfStream: false) < 2) throw Truncated(path, array);
            length = BinaryPrimitives.ReadInt32LittleEndian(start[8..]);
            prefix = 12;
        }

        if (version is < 1 or > 3 || length is < 10 or > 1 << 20)
            throw RecordFile.Malformed(
                path, $"{array} has an unknown NumPy header (version {version}, {length} bytes); save it again with numpy.save.");
        byte[] text = new byte[length];
        if (stream.ReadAtLeast(text, length, throwOnEndOfStream: false) < length) throw Truncated(path, array);
        return Parse(Encoding.UTF8.GetString(text), prefix + length, path, array);
    }

    private static NpyHeader Parse(string text, int bytes, string path, string array)
    {
        Match descr = Descr().Match(text), order = Order().Match(text), shape = ShapePattern().Match(text);
        if (!descr.Success || !order.Success || !shape.Success)
            throw RecordFile.Malformed(path, $"{array} has an unreadable NumPy header; save it again with numpy.save.");
        var dims = ImmutableArray.CreateBuilder<int>();
        foreach (string part in shape.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            dims.Add(int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int d) ? d
                : throw RecordFile.Malformed(path, $"{array} has the dimension '{part}', which is out of range."));
        bool isFortran = order.Groups[1].Value == "True" && dims.Count(d => d != 1) > 1;
        return new NpyHeader(TypeOf(descr.Groups[1].Value, path, array), dims.ToImmutable(), bytes, isFortran);
    }

    private static RawType TypeOf(string descr, string path, string array) => descr switch
    {
        "|u1" or "|b1" or "<u1" or ">u1" => RawType.UInt8,
        "|i1" or "<i1" or ">i1" => RawType.Int8,
        "<u2" => RawType.UInt16,
        "<i2" => RawType.Int16,
        "<u4" => RawType.UInt32,
        "<i4" => RawType.Int32,
        "<u8" => RawType.UInt64,
        "<i8" => RawType.Int64,
        "<f2" => RawType.Float16,
        "<f4" => RawType.Float32,
        "<f8" => RawType.Float64,
        ">u2" => RawType.UInt16BigEndian,
        ">i2" => RawType.Int16BigEndian,
        ">u4" => RawType.UInt32BigEndian,
        ">i4" => RawType.Int32BigEndian,
        ">u8" => RawType.UInt64BigEndian,
        ">i8" => RawType.Int64BigEndian,
        ">f2" => RawType.Float16BigEndian,
        ">f4" => RawType.Float32BigEndian,
        ">f8" => RawType.Float64BigEndian,
        _ => throw RecordFile.Malformed(path, $"{array} has the element type '{descr}'; convert it to float32 or uint8 first."),
    };

    private static Exception Truncated(string path, string array) =>
        RecordFile.Malformed(path, $"{array} ends inside its header: the file is truncated.");

    [GeneratedRegex(@"'descr'\s*:\s*'([^']+)'")]
    private static partial Regex Descr();

    [GeneratedRegex(@"'fortran_order'\s*:\s*(True|False)")]
    private static partial Regex Order();

    [GeneratedRegex(@"'shape'\s*:\s*\(([^)]*)\)")]
    private static partial Regex ShapePattern();
}
