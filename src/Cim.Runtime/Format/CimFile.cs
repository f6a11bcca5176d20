using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Cim.Runtime.Format;

/// <summary>
/// The container of a compiled model, all integers little-endian. Header (96 bytes): magic 8, format version u32, sections
/// u32, file length u64, SDK version (ASCII, zero-padded) 40, SHA-256 of the 64 bytes before it and of the section table.
/// Section table: per section kind u32, zero u32, offset u64, length u64, SHA-256 of its bytes. Sections follow in order of
/// their kind, each at the next multiple of 64, zero bytes between.
/// </summary>
internal static class CimFile
{
    public const uint FormatVersion = 2;
    public const int HeaderBytes = 96;
    public const int EntryBytes = 56;
    public const int Alignment = 64;

    private const int VersionOffset = 24, VersionBytes = 40, HashOffset = 64;

    /// <summary>Not valid text, and broken by whatever changes line ends.</summary>
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'C', (byte)'I', (byte)'M', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Joins sections to a file. The same content gives the same bytes.</summary>
    public static byte[] Write(string sdkVersion, IReadOnlyList<ReadOnlyMemory<byte>> sections)
    {
        int table = HeaderBytes + (sections.Count * EntryBytes);
        long length = table;
        foreach (ReadOnlyMemory<byte> section in sections) length = checked(Align(length) + section.Length);
        byte[] file = new byte[checked((int)length)];
        Span<byte> span = file;
        Magic.CopyTo(span);
        BinaryPrimitives.WriteUInt32LittleEndian(span[8..], FormatVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(span[12..], (uint)sections.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(span[16..], (ulong)length);
        byte[] version = Encoding.ASCII.GetBytes(sdkVersion);
        version.AsSpan(0, Math.Min(version.Length, VersionBytes)).CopyTo(span[VersionOffset..]);
        long at = table;
        for (int i = 0; i < sections.Count; i++)
        {
            at = Align(at);
            Span<byte> entry = span.Slice(HeaderBytes + (i * EntryBytes), EntryBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)i);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], (ulong)at);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], (ulong)sections[i].Length);
            SHA256.HashData(sections[i].Span, entry[24..]);
            sections[i].Span.CopyTo(span[(int)at..]);
            at += sections[i].Length;
        }

        HashHeader(span, table, span[HashOffset..HeaderBytes]);
        return file;
    }

    /// <summary>Checks the first <see cref="HeaderBytes"/> bytes; returns the number of sections and the file's length.</summary>
    public static (int Sections, long Length) ReadHeader(ReadOnlySpan<byte> header)
    {
        if (header.Length < HeaderBytes || !header[..8].SequenceEqual(Magic)) throw Corrupt("it does not begin like one");
        string sdk = SdkVersion(header);
        uint format = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (format != FormatVersion)
            throw new CimException(ErrorCodes.InvalidCompiledModel,
                $"The compiled model has format {format}, written by Cim.Sdk {sdk}; this is Cim.Sdk {RuntimeVersion}, which reads format "
                    + $"{FormatVersion}. Compile it again, or reference the matching package.");
        uint sections = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
        if (sections is 0 or > 64 || length > int.MaxValue || length < (ulong)(HeaderBytes + (EntryBytes * sections)))
            throw Corrupt("its header is damaged");
        return ((int)sections, (long)length);
    }

    /// <summary>Checks header and table; returns where the sections lie, in order of their kind.</summary>
    public static (int Offset, int Length)[] ReadTable(ReadOnlySpan<byte> start, int sections, long fileLength)
    {
        int table = HeaderBytes + (sections * EntryBytes);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        HashHeader(start, table, hash);
        if (!hash.SequenceEqual(start[HashOffset..HeaderBytes])) throw Corrupt("its header is damaged");
        var ranges = new (int, int)[sections];
        long at = table;
        for (int i = 0; i < sections; i++)
        {
            ReadOnlySpan<byte> entry = start.Slice(HeaderBytes + (i * EntryBytes), EntryBytes);
            ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]),
                length = BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]);
            if (BinaryPrimitives.ReadUInt64LittleEndian(entry) != (ulong)i || offset != (ulong)Align(at) || length > (ulong)fileLength
                || offset + length > (ulong)fileLength)
                throw Corrupt("its section table is damaged");
            ranges[i] = ((int)offset, (int)length);
            at = (long)(offset + length);
        }

        return at == fileLength ? ranges : throw Corrupt("its section table is damaged");
    }

    /// <summary>Checks the hash of one section.</summary>
    public static void Verify(ReadOnlySpan<byte> start, int section, ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        if (!hash.SequenceEqual(start.Slice(HeaderBytes + (section * EntryBytes) + 24, hash.Length)))
            throw Corrupt($"the checksum of section {section} does not match");
    }

    /// <summary>The error for a file that cannot be read as a compiled model.</summary>
    public static CimException Corrupt(string why, Exception? cause = null) =>
        new(ErrorCodes.InvalidCompiledModel,
            $"This is no readable compiled model (.cim): {why.TrimEnd('.')}. Compile it again, or copy it again if it was downloaded.",
            cause);

    /// <summary>The version of this assembly without build metadata.</summary>
    public static string RuntimeVersion { get; } =
        (System.Reflection.CustomAttributeExtensions.GetCustomAttribute<System.Reflection.AssemblyInformationalVersionAttribute>(
            typeof(CimFile).Assembly)?.InformationalVersion ?? "0.0.0").Split('+')[0];

    public static long Align(long offset) => (offset + Alignment - 1) / Alignment * Alignment;

    private static string SdkVersion(ReadOnlySpan<byte> header)
    {
        string text = Encoding.ASCII.GetString(header.Slice(VersionOffset, VersionBytes)).TrimEnd('\0');
        return text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '+') ? text : "?";
    }

    private static void HashHeader(ReadOnlySpan<byte> start, int table, Span<byte> hash)
    {
        using IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(start[..HashOffset]);
        sha.AppendData(start[HeaderBytes..table]);
        sha.GetHashAndReset(hash);
    }
}
