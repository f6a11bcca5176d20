using System.Text;

namespace Cim.Tasks.Signature;

/// <summary>
/// Reads the protobuf wire format from a seekable stream. What the caller does not ask for is skipped by seeking, so a
/// model of hundreds of megabytes is read in milliseconds. No schema, no packages: this runs inside the build process.
/// </summary>
internal sealed class ProtoReader(Stream stream)
{
    private readonly BufferedBytes _bytes = new(stream);

    /// <summary>The fields of the message that ends at <paramref name="end"/>, one call each; false at its end.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a protobuf message.</exception>
    public bool TryReadField(long end, out ProtoField field)
    {
        if (_bytes.Position == end)
        {
            field = default;
            return false;
        }

        ulong tag = ReadVarint(end);
        int wireType = (int)(tag & 7);
        int number = tag >> 3 <= int.MaxValue ? (int)(tag >> 3) : 0;
        if (number == 0) throw Malformed("a field has number 0 or beyond the largest");
        switch (wireType)
        {
            case 0:
                field = new ProtoField(number, wireType, ReadVarint(end), 0, 0);
                return true;
            case 1:
                Skip(8, end);
                break;
            case 2:
                ulong length = ReadVarint(end);
                if (length > (ulong)(end - _bytes.Position)) throw Malformed($"field {number} claims {length} bytes, more than are left");
                long start = _bytes.Position;
                field = new ProtoField(number, wireType, 0, start, start + (long)length);
                return true;
            case 5:
                Skip(4, end);
                break;
            default:
                throw Malformed($"field {number} has the unknown wire type {wireType}");
        }
        field = new ProtoField(number, wireType, 0, _bytes.Position, _bytes.Position);
        return true;
    }

    /// <summary>Moves behind a length-delimited field, whatever of it was read.</summary>
    public void MoveTo(long position) => _bytes.Position = position;

    /// <summary>The text of a length-delimited field.</summary>
    public string ReadString(ProtoField field)
    {
        if (field.WireType != 2) throw Malformed($"field {field.Number} should be text");
        long length = field.End - field.Start;
        // Names and dimension parameters: a longer one is damage, and must not make us allocate gigabytes.
        if (length > 1 << 20) throw Malformed($"the text of field {field.Number} is {length} bytes long");
        byte[] buffer = new byte[length];
        _bytes.Position = field.Start;
        for (int i = 0; i < buffer.Length; i++) buffer[i] = _bytes.Next();
        return Encoding.UTF8.GetString(buffer);
    }

    private ulong ReadVarint(long end)
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (_bytes.Position >= end) throw Malformed("it ends in the middle of a number");
            byte b = _bytes.Next();
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
        throw Malformed("a number is longer than 10 bytes");
    }

    private void Skip(int count, long end)
    {
        if (end - _bytes.Position < count) throw Malformed("it ends in the middle of a number");
        _bytes.Position += count;
    }

    private InvalidDataException Malformed(string what) => new($"{what} (at byte {_bytes.Position})");

    /// <summary>A small window over the stream: a FileStream throws its own buffer away at every seek.</summary>
    private sealed class BufferedBytes(Stream stream)
    {
        private readonly byte[] _window = new byte[4096];
        private long _windowStart;
        private int _windowLength;

        public long Position { get; set; }

        public byte Next()
        {
            long offset = Position - _windowStart;
            if (offset < 0 || offset >= _windowLength)
            {
                stream.Position = _windowStart = Position;
                _windowLength = stream.Read(_window, 0, _window.Length);
                if (_windowLength == 0) throw new InvalidDataException($"the file ends early (at byte {Position})");
                offset = 0;
            }
            Position++;
            return _window[offset];
        }
    }
}

/// <summary>One field: a varint's value, or the byte range of a length-delimited one.</summary>
internal readonly record struct ProtoField(int Number, int WireType, ulong Varint, long Start, long End);
