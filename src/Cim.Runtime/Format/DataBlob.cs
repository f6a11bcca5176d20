using System.Security.Cryptography;

namespace Cim.Runtime.Format;

/// <summary>Collects the data of constants, each at a multiple of 64 bytes; equal data is stored once.</summary>
internal sealed class DataBlob
{
    private readonly List<ReadOnlyMemory<byte>> _parts = [];
    private readonly Dictionary<string, long> _known = new(StringComparer.Ordinal);
    private long _length;

    /// <summary>The offset the data will have.</summary>
    public long Add(ReadOnlyMemory<byte> data)
    {
        string key = Convert.ToHexString(SHA256.HashData(data.Span));
        if (_known.TryGetValue(key, out long known)) return known;
        long offset = CimFile.Align(_length);
        _parts.Add(data);
        _known.Add(key, offset);
        _length = checked(offset + data.Length);
        return offset;
    }

    /// <summary>Hashes what <see cref="ToArray"/> gives, without it.</summary>
    public void AppendTo(IncrementalHash hash)
    {
        byte[] zeros = new byte[CimFile.Alignment];
        long at = 0;
        foreach (ReadOnlyMemory<byte> part in _parts)
        {
            hash.AppendData(zeros, 0, (int)(CimFile.Align(at) - at));
            hash.AppendData(part.Span);
            at = CimFile.Align(at) + part.Length;
        }
    }

    public byte[] ToArray()
    {
        byte[] bytes = new byte[checked((int)_length)];
        long at = 0;
        foreach (ReadOnlyMemory<byte> part in _parts)
        {
            at = CimFile.Align(at);
            part.Span.CopyTo(bytes.AsSpan((int)at));
            at += part.Length;
        }

        return bytes;
    }
}
