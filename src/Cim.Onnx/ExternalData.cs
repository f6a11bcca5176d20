using System.Globalization;
using Cim.Onnx.Proto;
using Cim.Runtime.Diagnostics;

namespace Cim.Onnx;

/// <summary>
/// Tensor data kept in files beside a model. A location is a path relative to the model's folder and may not leave it,
/// neither by <c>..</c> nor by a link: a model is data from outside and must not be able to read other files.
/// </summary>
public sealed class ExternalData(string directory)
{
    private readonly string _root = Path.GetFullPath(directory);

    private static ReadOnlySpan<byte> PointerStart => "version https://git-lfs"u8;

    /// <summary>Reads the bytes a tensor points at.</summary>
    /// <param name="tensor">A tensor with <c>data_location</c> EXTERNAL.</param>
    /// <param name="expectedBytes">What its shape and type ask for.</param>
    /// <exception cref="OnnxFormatException">The reference is malformed, leaves the folder, or the file is missing or too
    /// short.</exception>
    public byte[] Read(TensorProto tensor, long expectedBytes)
    {
        string? location = Entry(tensor, "location");
        if (string.IsNullOrEmpty(location)) throw Error(tensor, "its external data has no location");
        long offset = Number(tensor, "offset", 0);
        long length = Number(tensor, "length", expectedBytes);
        if (length != expectedBytes)
            throw Error(tensor, $"its external data has {length} bytes, its shape and type need {expectedBytes}");

        try
        {
            string path = Resolve(tensor, location);
            using FileStream stream = File.OpenRead(path);
            if (IsPointer(stream))
                throw Error(tensor, $"the external file '{location}' is a Git LFS pointer; run 'git lfs pull' to get the file itself");
            if (offset > stream.Length || length > stream.Length - offset)
                throw Error(tensor, $"the external file '{location}' has {stream.Length} bytes, {length} at offset {offset} are needed");
            if (length > TensorContent.MaxBytes)
                throw Error(tensor, $"its external data has {length} bytes, {TensorContent.MaxBytes} are the most a tensor may have");
            byte[] data = new byte[length];
            stream.Position = offset;
            if (stream.ReadAtLeast(data, data.Length, throwOnEndOfStream: false) < data.Length)
                throw Error(tensor, $"the external file '{location}' ended while it was read");
            return data;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OnnxFormatException($"Tensor '{tensor.Name}': the external file '{location}' cannot be read: {e.Message}", e);
        }
    }

    private string Resolve(TensorProto tensor, string location)
    {
        // A colon names a drive or a stream on Windows; elsewhere exporters use it in file names.
        bool leaves = OperatingSystem.IsWindows() && location.Contains(':', StringComparison.Ordinal);
        if (leaves || Path.IsPathRooted(location) || location.Contains('\0', StringComparison.Ordinal)
            || location.Split('/', '\\').Contains(".."))
            throw Error(tensor, $"the external file '{location}' is not a path inside the model's folder");

        string path = Path.GetFullPath(Path.Combine(_root, location));
        if (!IsInside(path)) throw Error(tensor, $"the external file '{location}' lies outside the model's folder");
        switch (FileFacts.KindOf(path))
        {
            case FileKind.Missing: throw Error(tensor, $"the external file '{location}' does not exist beside the model");
            // Opening a pipe waits for somebody to write into it.
            case FileKind.Special: throw Error(tensor, $"the external file '{location}' is a pipe or a device, not a regular file");
            case FileKind.Folder: throw Error(tensor, $"the external file '{location}' is a folder");
        }

        for (string? part = path; part is not null && part.Length > _root.Length; part = Path.GetDirectoryName(part))
        {
            FileSystemInfo info = Directory.Exists(part) ? new DirectoryInfo(part) : new FileInfo(part);
            if (info.LinkTarget is not null && info.ResolveLinkTarget(returnFinalTarget: true) is { } target && !IsInside(target.FullName))
                throw Error(tensor, $"the external file '{location}' is a link that leaves the model's folder");
        }

        return path;
    }

    private static bool IsPointer(FileStream stream)
    {
        Span<byte> start = stackalloc byte[PointerStart.Length];
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual(PointerStart);
    }

    private bool IsInside(string path) =>
        path.StartsWith(Path.EndsInDirectorySeparator(_root) ? _root : _root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string? Entry(TensorProto tensor, string key) =>
        tensor.ExternalData.LastOrDefault(e => e.Key == key)?.Value;

    private static long Number(TensorProto tensor, string key, long orElse) =>
        Entry(tensor, key) is not { } text ? orElse
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value
        : throw Error(tensor, $"the {key} '{text}' of its external data is not a number");

    private static OnnxFormatException Error(TensorProto tensor, string message) => new($"Tensor '{tensor.Name}': {message}");
}
