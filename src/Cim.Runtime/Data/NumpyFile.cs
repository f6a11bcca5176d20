using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using Cim.Runtime.Diagnostics;

namespace Cim.Runtime.Data;

/// <summary>Reads <c>.npy</c> (the samples) and <c>.npz</c>: the samples of a network's only input are <c>x</c> or have its name,
/// those of several inputs have their names; <c>y</c> are the labels (<c>labels</c> if an input is called y), optional.</summary>
internal static class NumpyFile
{
    public static RecordFile OpenArray(string path)
    {
        NpyHeader header;
        using (FileStream file = InputFile.Open(path, "data"))
        {
            header = NpyHeader.Read(file, path, "the array");
            CheckLength(path, "The array", header, file.Length - header.HeaderBytes);
        }

        return Records(path, header, () =>
        {
            FileStream file = File.OpenRead(path);
            file.Position = header.HeaderBytes;
            return file;
        }, default);
    }

    /// <exception cref="CimException">CIM0006: an array is missing or malformed.</exception>
    public static ImmutableArray<RecordFile> OpenArchive(string path, ImmutableArray<string> inputs)
    {
        try
        {
            using ZipArchive archive = ZipFile.OpenRead(path);
            ImmutableArray<int> labels = Labels(archive.GetEntry(inputs.Contains("y") ? "labels.npy" : "y.npy"), path);
            return [.. inputs.Select(input =>
            {
                ZipArchiveEntry entry = Samples(archive, input, inputs.Length == 1)
                    ?? throw RecordFile.Malformed(path, Missing(archive, inputs, input));
                NpyHeader header = Header(entry, path, Path.GetFileNameWithoutExtension(entry.FullName));
                return Records(path, header, () => OpenEntry(path, entry.FullName, header), labels);
            })];
        }
        catch (Exception e) when (
            e is InvalidDataException or EndOfStreamException or NotSupportedException or ArgumentException or OverflowException)
        {
            // What else .NET's reader of archives throws: damaged offsets and sizes go unchecked into arithmetic.
            throw RecordFile.Malformed(
                path, $"The archive is damaged or truncated ({e.Message.TrimEnd('.')}); save it again with numpy.savez.", e);
        }
    }

    private static ZipArchiveEntry? Samples(ZipArchive archive, string input, bool isOnly) =>
        (isOnly ? archive.GetEntry("x.npy") : null) ?? archive.GetEntry(input + ".npy");

    private static string Missing(ZipArchive archive, ImmutableArray<string> inputs, string input) => inputs.Length == 1
        ? $"The archive has no array 'x' (it has {Names(archive)}); save it with numpy.savez(file, x=..., y=...)."
        : $"The archive has no array '{input}' (it has {Names(archive)}); the model's inputs are "
            + $"{string.Join(", ", inputs)}: save an array for each, as in numpy.savez(file, **{{'{input}': ...}}).";

    private static RecordFile Records(string path, NpyHeader header, Func<Stream> open, ImmutableArray<int> labels)
    {
        if (header.Dims.IsEmpty)
            throw RecordFile.Malformed(path, "The array is a single number; its first dimension must count the samples.");
        if (header.IsFortran) FortranOrder.Check(header, path);
        return new RecordFile(path, header.IsFortran
            ? () => FortranOrder.Reordered(open, header, path)
            : open, header.Dims[0], header.Dims[1..], header.Type, 0, labels).Checked();
    }

    private static NpyHeader Header(ZipArchiveEntry entry, string path, string array)
    {
        using Stream stream = entry.Open();
        NpyHeader header = NpyHeader.Read(stream, path, $"'{array}'");
        CheckLength(path, $"'{array}'", header, entry.Length - header.HeaderBytes);
        return header;
    }

    private static void CheckLength(string path, string array, NpyHeader header, long available)
    {
        double needed = header.Type.SizeOf();
        foreach (int d in header.Dims) needed *= d;
        if (available < needed)
            throw RecordFile.Malformed(path,
                string.Create(CultureInfo.InvariantCulture,
                    $"{array} of shape {RecordFile.Dims(header.Dims)} needs {needed:R} bytes but only {available} "
                + $"follow its header: the file is truncated."));
        if (available > needed)
            throw RecordFile.Malformed(path,
                string.Create(
                    CultureInfo.InvariantCulture, $"{array} of shape {RecordFile.Dims(header.Dims)} needs {needed:R} bytes but {available} "
                + $"follow its header: save it again with numpy.save."));
    }

    private static ImmutableArray<int> Labels(ZipArchiveEntry? entry, string path)
    {
        if (entry is null) return default;
        NpyHeader header = Header(entry, path, "y");
        if (header.Dims.Count(d => d != 1) > 1 || header.Dims.IsEmpty)
            throw new CimException(ErrorCodes.InvalidLabels,
                $"The labels 'y' are {header.Type} of shape {RecordFile.Dims(header.Dims)}; they must be whole numbers of shape [n], one "
                    + $"class index per sample.") { File = path };
        using Stream stream = OpenEntry(path, entry.FullName, header);
        ImmutableArray<int> labels = LabelReader.Read(stream, header.Type, header.Dims.Aggregate(1L, (a, b) => a * b), path);
        _ = stream.ReadByte(); // At the end the checksum is compared.
        return labels;
    }

    private static ArchiveEntryStream OpenEntry(string path, string name, NpyHeader header)
    {
        ZipArchive archive = ZipFile.OpenRead(path);
        var stream = new ArchiveEntryStream(archive, archive.GetEntry(name)!);
        stream.ReadExactly(new byte[header.HeaderBytes]);
        return stream;
    }

    private static string Names(ZipArchive archive) =>
        archive.Entries.Count == 0
            ? "nothing"
            : string.Join(", ", archive.Entries.Take(8).Select(e => $"'{Path.GetFileNameWithoutExtension(e.Name)}'"));
}
