using System.IO.Compression;

namespace Cim.Runtime.Data;

/// <summary>
/// Reads one entry of an archive to its end and checks length and checksum there, which .NET does not. Owns the archive.
/// </summary>
internal sealed class ArchiveEntryStream : Stream
{
    private readonly ZipArchive _archive;
    private readonly Stream _inner;
    private readonly long _length;
    private readonly uint _expected;
    private uint _crc;
    private long _read;
    private bool _ended;

    /// <param name="archive">Closed together with this stream.</param>
    /// <param name="entry">One of its entries.</param>
    public ArchiveEntryStream(ZipArchive archive, ZipArchiveEntry entry) =>
        (_archive, _inner, _length, _expected) = (archive, entry.Open(), entry.Length, entry.Crc32);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _read; set => throw new NotSupportedException(); }

    /// <exception cref="InvalidDataException">The entry is damaged.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || _ended) return 0;
        int count = _inner.Read(buffer);
        _crc = Crc32.Append(_crc, buffer[..count]);
        _read += count;
        if (_read > _length) throw new InvalidDataException("an entry is longer than the archive says");
        if (count > 0) return count;
        _ended = true;
        if (_read < _length) throw new InvalidDataException("an entry is shorter than the archive says");
        if (_crc != _expected) throw new InvalidDataException("the checksum (CRC-32) of an entry is wrong");
        return 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() => _inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _archive.Dispose();
        }

        base.Dispose(disposing);
    }
}
