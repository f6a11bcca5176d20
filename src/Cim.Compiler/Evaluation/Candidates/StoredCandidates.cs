using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Cim.Compiler.Quantization;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Cim.Compiler.Evaluation.Candidates;

/// <summary>Where quantized candidates of a network are shared between processes.</summary>
/// <param name="Path">The file.</param>
/// <param name="Key">All that they depend on.</param>
/// <param name="IsReadOnly">Whether this process writes nothing there.</param>
internal sealed record CandidateStore(string Path, string Key, bool IsReadOnly);

/// <summary>
/// What quantizing the layers of a network came to, in a file: the weights of each layer and the quantizers of each activation group at
/// every width that was asked for, and the outputs of the float network. A process that measures a policy reads what it needs of it
/// instead of quantizing again; the numbers are the same.
/// </summary>
internal sealed class StoredCandidates : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly CandidateHeader _header;
    private readonly Dictionary<(int Layer, int Bits), (StoredWeights Form, long Offset)> _weights = [];
    private readonly long _start;

    private StoredCandidates(SafeFileHandle file, CandidateHeader header, long start)
    {
        (_file, _header, _start) = (file, header, start);
        long offset = start + ((long)header.Outputs * sizeof(float));
        foreach (StoredWeights form in header.Weights)
        {
            _weights[(form.Layer, form.Bits)] = (form, offset);
            offset += form.Size;
        }

        IsWhole = offset == RandomAccess.GetLength(file);
    }

    private bool IsWhole { get; }

    /// <summary>Opens a file; null if there is none, or none of this key that is whole.</summary>
    public static StoredCandidates? Open(CandidateStore store)
    {
        if (FileFacts.KindOf(store.Path) != FileKind.Regular) return null;
        SafeFileHandle file = File.OpenHandle(store.Path);
        StoredCandidates? stored = null;
        try
        {
            byte[] length = Read(file, 0, sizeof(long));
            long size = BinaryPrimitives.ReadInt64LittleEndian(length);
            if (size <= 0 || size > RandomAccess.GetLength(file) - sizeof(long)) return null;
            CandidateHeader? header = JsonSerializer.Deserialize(
                Read(file, sizeof(long), (int)size), CandidateJson.Relaxed.CandidateHeader);
            if (header?.Key != store.Key) return null;
            var opened = new StoredCandidates(file, header, sizeof(long) + size);
            return opened.IsWhole ? stored = opened : null;
        }
        catch (Exception e) when (e is JsonException or EndOfStreamException or OverflowException)
        {
            return null; // A damaged file is no more than a lost one.
        }
        finally
        {
            if (stored is null) file.Dispose();
        }
    }

    /// <summary>Whether the weights of a layer are there.</summary>
    public bool Has(int layer, int bits) => _weights.ContainsKey((layer, bits));

    /// <summary>The weights of a layer that are there.</summary>
    public LayerWeights Weights(int layer, int bits)
    {
        (StoredWeights form, long offset) = _weights[(layer, bits)];
        byte[] bytes = Read(_file, offset, form.Size);
        ReadOnlySpan<byte> reals = bytes.AsSpan(form.Count);
        return new LayerWeights(
            form.Name, bits, ImmutableArray.Create(MemoryMarshal.Cast<byte, sbyte>(bytes.AsSpan(0, form.Count))),
            Floats(reals[..(form.Scales * sizeof(float))]), Floats(reals[(form.Scales * sizeof(float))..]));
    }

    /// <summary>All weights that are there.</summary>
    public IEnumerable<(int Layer, LayerWeights Weights)> All() =>
        _header.Weights.Select(form => (form.Layer, Weights(form.Layer, form.Bits)));

    /// <summary>The quantizers of activations that are there, by group and width.</summary>
    public IReadOnlyDictionary<(int Group, int Bits), QuantizationParameters> Activations => field ??= _header.Activations.ToDictionary(
        a => (a.Group, a.Bits), a => new QuantizationParameters(a.Scale, a.ZeroPoint, a.Width, a.IsSigned));

    /// <summary>The largest magnitude of each activation group.</summary>
    public IReadOnlyList<double> Magnitudes => _header.Magnitudes;

    /// <summary>The float network's outputs of the validation samples.</summary>
    public float[] Reference() => [.. Floats(Read(_file, _start, _header.Outputs * sizeof(float)))];

    /// <summary>Writes a file whole, or not at all.</summary>
    /// <exception cref="CimException">CIM0008: it cannot be written.</exception>
    public static void Write(CandidateStore store, QuantizedWidths all) => AtomicFile.Write(store.Path, stream =>
    {
        var header = new CandidateHeader(
            store.Key, all.Reference.Length, all.Magnitudes, [.. all.Weights.Select(w => StoredWeights.Of(w.Layer, w.Weights))],
            all.Activations);
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(header, CandidateJson.Relaxed.CandidateHeader);
        byte[] length = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        stream.Write(length);
        stream.Write(text);
        Write(stream, all.Reference);
        foreach ((_, LayerWeights layer) in all.Weights)
        {
            stream.Write(MemoryMarshal.AsBytes(layer.Integers.AsSpan()));
            Write(stream, layer.Scales.AsSpan());
            Write(stream, layer.Bias.AsSpan());
        }
    });

    public void Dispose() => _file.Dispose();

    private static void Write(Stream stream, ReadOnlySpan<float> numbers)
    {
        byte[] bytes = new byte[numbers.Length * sizeof(float)];
        for (int i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), numbers[i]);
        stream.Write(bytes);
    }

    private static ImmutableArray<float> Floats(ReadOnlySpan<byte> bytes)
    {
        float[] numbers = new float[bytes.Length / sizeof(float)];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        return ImmutableCollectionsMarshal.AsImmutableArray(numbers);
    }

    private static byte[] Read(SafeFileHandle file, long offset, int count)
    {
        byte[] bytes = new byte[count];
        for (int read = 0; read < count;)
        {
            int now = RandomAccess.Read(file, bytes.AsSpan(read), offset + read);
            if (now == 0) throw new EndOfStreamException();
            read += now;
        }

        return bytes;
    }
}
