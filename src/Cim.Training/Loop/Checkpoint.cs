using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Cim.Training.Networks;

namespace Cim.Training.Loop;

/// <summary>
/// State between two epochs in a file: magic, key of network and options, progress, arrays, SHA-256 of all before. Written to a
/// temporary name and renamed, so a killed run leaves the previous checkpoint.
/// </summary>
internal sealed class Checkpoint
{
    internal const uint Magic = 0x324B4343;

    public required int Epoch { get; set; }

    public required int Steps { get; set; }

    public required int BestEpoch { get; set; }

    public required double BestScore { get; set; }

    /// <summary>The highest score of any epoch, or of the start where that is kept; negative infinity before the first.</summary>
    public required double HighestScore { get; set; }

    public required List<double> Losses { get; init; }

    public required List<double> Scores { get; init; }

    /// <summary>Changes when a checkpoint must not be resumed: other tensors, or other facts (options, sizes of data).</summary>
    public static string Key(TrainableNetwork network, string facts)
    {
        var text = new StringBuilder();
        foreach (Parameter parameter in network.Parameters)
            text.Append(CultureInfo.InvariantCulture, $"{parameter.Name}[{string.Join(',', parameter.Dims)}];");
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.Append(facts).ToString())));
    }

    /// <summary>Writes progress and arrays.</summary>
    /// <exception cref="CimException"><see cref="ErrorCodes.FileNotWritable"/>; the checkpoint before is still there.</exception>
    public void Save(string path, string key, IEnumerable<float[]> arrays)
    {
        using var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(key);
            writer.Write(Epoch);
            writer.Write(Steps);
            writer.Write(BestEpoch);
            writer.Write(BestScore);
            writer.Write(HighestScore);
            WriteList(writer, Losses);
            WriteList(writer, Scores);
            foreach (float[] array in arrays)
            {
                writer.Write(array.Length);
                writer.Write(MemoryMarshal.AsBytes(array.AsSpan()));
            }
        }

        byte[] content = memory.ToArray();
        AtomicFile.Write(path, stream =>
        {
            stream.Write(content);
            stream.Write(SHA256.HashData(content));
            (stream as FileStream)?.Flush(flushToDisk: true); // Not where it is written through to a device.
        });
    }

    /// <summary>Reads progress, and arrays into <paramref name="arrays"/>.</summary>
    /// <exception cref="CimException"><see cref="ErrorCodes.InvalidCheckpoint"/>, or <see cref="ErrorCodes.FileNotReadable"/>.</exception>
    public static Checkpoint Load(string path, string key, IEnumerable<float[]> arrays)
    {
        byte[] file = Read(path);
        if (file.Length < SHA256.HashSizeInBytes
            || !SHA256.HashData(file.AsSpan(0, file.Length - SHA256.HashSizeInBytes)).AsSpan()
                .SequenceEqual(file.AsSpan(file.Length - SHA256.HashSizeInBytes)))
        {
            throw Invalid(path, "is damaged");
        }

        try
        {
            return Read(file.AsMemory(0, file.Length - SHA256.HashSizeInBytes), path, key, arrays);
        }
        catch (Exception exception) when (exception is IOException or FormatException or ArgumentException)
        {
            throw Invalid(path, "is damaged");
        }
    }

    private static Checkpoint Read(ReadOnlyMemory<byte> content, string path, string key, IEnumerable<float[]> arrays)
    {
        using var reader = new BinaryReader(new MemoryStream(content.ToArray()), Encoding.UTF8);
        if (reader.ReadUInt32() != Magic || reader.ReadString() != key)
            throw Invalid(path, "belongs to another network or other options");
        var checkpoint = new Checkpoint
        {
            Epoch = reader.ReadInt32(),
            Steps = reader.ReadInt32(),
            BestEpoch = reader.ReadInt32(),
            BestScore = reader.ReadDouble(),
            HighestScore = reader.ReadDouble(),
            Losses = ReadList(reader),
            Scores = ReadList(reader),
        };
        foreach (float[] array in arrays)
        {
            if (reader.ReadInt32() != array.Length)
                throw Invalid(path, "belongs to another network");
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(array.AsSpan()));
        }

        if (reader.BaseStream.Position != reader.BaseStream.Length || checkpoint.Epoch < 0 || checkpoint.Steps < 0
            || checkpoint.BestEpoch < 0)
            throw Invalid(path, "is damaged");
        return checkpoint;
    }

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CimException(ErrorCodes.FileNotReadable, $"The checkpoint cannot be read: {exception.Message}", exception)
            {
                File = path,
            };
        }
    }

    private static void WriteList(BinaryWriter writer, List<double> values)
    {
        writer.Write(values.Count);
        values.ForEach(writer.Write);
    }

    private static List<double> ReadList(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        if (count < 0 || count > (reader.BaseStream.Length - reader.BaseStream.Position) / sizeof(double)) throw new EndOfStreamException();
        return [.. Enumerable.Range(0, count).Select(_ => reader.ReadDouble())];
    }

    private static CimException Invalid(string path, string why) =>
        new(ErrorCodes.InvalidCheckpoint, $"Checkpoint '{path}' {why}; delete it to start again") { File = path };
}
