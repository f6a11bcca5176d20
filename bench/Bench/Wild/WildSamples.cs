using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Cim.Compiler.Data;
using Cim.Runtime;
using Cim.Runtime.RandomNumbers;

namespace Cim.Bench.Wild;

/// <summary>Samples of a network: of the data file beside it, else random ones.</summary>
/// <param name="Source">The file's name, or <see cref="Random"/>.</param>
/// <param name="Inputs">For each input its samples one after the other.</param>
/// <param name="Count">How many.</param>
internal sealed record WildSamples(string Source, float[][] Inputs, int Count)
{
    /// <summary>What <see cref="Source"/> says of samples that were drawn.</summary>
    public const string Random = "random";

    /// <summary>Where samples of a network are looked for.</summary>
    public static string[] FilesBeside(string model) =>
        [Path.ChangeExtension(model, ".npz"), Path.Combine(Path.GetDirectoryName(model)!, "calib.npz")];

    /// <summary>Reads <c>NAME.npz</c> or <c>calib.npz</c> beside the network, or draws samples.</summary>
    public static WildSamples Of(string model, IReadOnlyList<WildInput> inputs, int count, int seed)
    {
        foreach (string file in FilesBeside(model))
            if (File.Exists(file)) return Read(file, inputs, count);
        return new WildSamples(Random, [.. inputs.Select((input, i) => Draw(input, inputs, count, (seed * 1000) + i))], count);
    }

    private static WildSamples Read(string file, IReadOnlyList<WildInput> inputs, int most)
    {
        var values = new float[inputs.Count][];
        int count = most;
        for (int i = 0; i < values.Length; i++)
        {
            var port = new InputPort(inputs[i].Name, inputs[i].Type, [.. inputs[i].SampleDims(inputs)], HasBatchAxis: true);
            DataSet data = DataSet.Open(file, [port], Preprocessing.None);
            values[i] = [.. data.Batches(1024, most).SelectMany(b => b.Values.ToArray())];
            count = Math.Min(count, data.Count);
        }

        return new WildSamples(Path.GetFileName(file), values, count);
    }

    /// <summary>Normal reals; token numbers, masks and segments by the input's name.</summary>
    private static float[] Draw(WildInput input, IReadOnlyList<WildInput> inputs, int count, int seed)
    {
        const int Tokens = 100;
        var random = new SplitMix((ulong)seed);
        float[] values = new float[count * input.SampleDims(inputs).Aggregate(1, (a, b) => a * b)];
        bool isMask = input.Name.Contains("mask", StringComparison.OrdinalIgnoreCase),
            isSegment = input.Name.Contains("type", StringComparison.OrdinalIgnoreCase)
                || input.Name.Contains("segment", StringComparison.OrdinalIgnoreCase);
        for (int i = 0; i < values.Length; i++)
        {
            double u = 1 - random.NextDouble(), v = random.NextDouble();
            values[i] = input.Type switch
            {
                ElementType.Float32 => (float)(Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v)),
                ElementType.Bool => v < 0.5 ? 0 : 1,
                ElementType.UInt8 => (int)(256 * v),
                ElementType.Int8 => (int)(256 * v) - 128,
                _ => isMask ? 1 : isSegment ? 0 : (int)(Tokens * v),
            };
        }

        return values;
    }

    /// <summary>Part of the samples.</summary>
    public WildSamples Range(int first, int count) => this with
    {
        Inputs = [.. Inputs.Select(v => v.AsSpan(v.Length / Count * first, v.Length / Count * count).ToArray())], Count = count,
    };

    /// <summary>Writes an archive with an array of each input's name.</summary>
    public void Write(string path, IReadOnlyList<WildInput> inputs)
    {
        using ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create);
        for (int i = 0; i < inputs.Count; i++)
        {
            using Stream stream = archive.CreateEntry(inputs[i].Name + ".npy", CompressionLevel.NoCompression).Open();
            stream.Write(Header([Count, .. inputs[i].SampleDims(inputs)]));
            stream.Write(MemoryMarshal.AsBytes(Inputs[i].AsSpan()));
        }
    }

    /// <summary>The head of a version 1.0 .npy file of float32:
    /// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.</summary>
    private static byte[] Header(int[] dims)
    {
        string shape = string.Join(", ", dims.Select(d => d.ToString(CultureInfo.InvariantCulture))) + (dims.Length == 1 ? "," : "");
        string text = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape}), }}";
        text = text.PadRight(((text.Length + 11 + 63) / 64 * 64) - 11) + "\n";
        byte[] header = [0x93, .. "NUMPY"u8, 1, 0, 0, 0, .. Encoding.ASCII.GetBytes(text)];
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)text.Length);
        return header;
    }
}
