using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Cim.Compiler.Ir;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Precision;
using Cim.Runtime;
using Cim.Runtime.Format;

namespace Cim.Compiler.Locking;

/// <summary>
/// A quantized network as a lock file holds it: every integer, scale, bias and range, compressed. What comes after it in a compilation is
/// integer arithmetic, so the same network gives the same program on every processor.
/// </summary>
/// <param name="Sha256">Of the policy and the network before it was compressed, lower-case hexadecimal.</param>
/// <param name="Compressed">Brotli.</param>
internal sealed record PinnedNetwork(string Sha256, ReadOnlyMemory<byte> Compressed)
{
    /// <summary>Compressed bytes a lock file takes unless the user says otherwise, in MB of 1,000,000 bytes.</summary>
    public const double DefaultLimit = 4;

    private const string Format = "cim-network-1";

    /// <summary>Integers hardly get smaller: more time for the last percent is wasted.</summary>
    private const int Quality = 9;

    private const int Part = 1 << 20;

    /// <summary>Packs a network.</summary>
    /// <param name="quantized">With quantizers.</param>
    /// <param name="original">The float network it stands for.</param>
    /// <param name="method">How it was rounded.</param>
    /// <param name="imported">What is known without the lock.</param>
    /// <param name="policy">The precisions it was made with.</param>
    /// <param name="limit">Compressed bytes.</param>
    /// <returns>Null if it takes more than the limit.</returns>
    public static PinnedNetwork? Of(
        Graph quantized, Graph original, string method, Graph imported, QuantizationPolicy policy, long limit)
    {
        var writer = new ByteWriter();
        var data = new DataBlob();
        writer.String(Format);
        writer.String(method);
        GraphCodec.Write(writer, original, imported, data);
        GraphCodec.Write(writer, quantized, imported, data);
        byte[] constants = data.ToArray();
        var whole = new ByteWriter();
        whole.Int(writer.Written.Length);
        byte[] bytes = [.. whole.Written.Span, .. writer.Written.Span, .. constants];
        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(
            compressed, new BrotliCompressionOptions { Quality = Quality }, leaveOpen: true))
        {
            // Part by part: the rest of a network that is too large already is not compressed for nothing.
            for (int first = 0; first < bytes.Length; first += Part)
            {
                brotli.Write(bytes.AsSpan(first, Math.Min(Part, bytes.Length - first)));
                if (compressed.Length > limit) return null;
            }
        }

        return compressed.Length > limit ? null : new PinnedNetwork(Hash(policy, bytes), compressed.ToArray());
    }

    /// <summary>Unpacks it.</summary>
    /// <param name="imported">The model as imported.</param>
    /// <param name="policy">The policy beside it.</param>
    /// <exception cref="CimException">CIM1021: it is not what was locked.</exception>
    public (Graph Quantized, Graph Original, string Method) Restore(Graph imported, QuantizationPolicy policy)
    {
        try
        {
            byte[] bytes = Decompress(limit: (8 * imported.Constants.Values.Sum(c => (long)c.Data.Length)) + (64 << 20));
            if (Hash(policy, bytes) != Sha256)
                throw Damaged("the policy or the integers were changed after they were locked");
            int length = new ByteReader(bytes.AsMemory(0, Math.Min(4, bytes.Length))).Int();
            if (length < 0 || length > bytes.Length - 4) throw CimFile.Corrupt("it ends too early");
            var reader = new ByteReader(bytes.AsMemory(4, length));
            if (reader.String() != Format) throw CimFile.Corrupt("it has another format");
            string method = reader.String();
            ReadOnlyMemory<byte> data = bytes.AsMemory(4 + length);
            Graph original = GraphCodec.Read(reader, imported, data), quantized = GraphCodec.Read(reader, imported, data);
            if (!reader.AtEnd) throw CimFile.Corrupt("it is longer than it should be");
            foreach (Graph graph in new[] { original, quantized })
            {
                if (!graph.Inputs.SequenceEqual(imported.Inputs) || !graph.Outputs.SequenceEqual(imported.Outputs))
                    throw CimFile.Corrupt("it is another network");
                GraphVerifier.Verify(graph, "reading the lock file");
            }

            return (quantized, original, method);
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or OverflowException
            || (e is CimException { Code: not ErrorCodes.LockResultDamaged }))
        {
            throw Damaged(e.Message, e);
        }
    }

    private byte[] Decompress(long limit)
    {
        using var source = new MemoryStream(Compressed.ToArray(), writable: false);
        using var brotli = new BrotliStream(source, CompressionMode.Decompress);
        using var whole = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = brotli.Read(buffer)) > 0;)
        {
            if (whole.Length + read > limit) throw Damaged("it unpacks to more than this model can have");
            whole.Write(buffer, 0, read);
        }

        return whole.ToArray();
    }

    private static string Hash(QuantizationPolicy policy, byte[] network)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(new PolicyContent(policy), PolicyContentJson.Default.PolicyContent));
        hash.AppendData(network);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static CimException Damaged(string why, Exception? inner = null) => OptionError.Of(ErrorCodes.LockResultDamaged,
        $"The network in the lock file is not the one that was locked: {why}. Restore the file (after a merge: one side of it whole), or "
            + $"compile with {OptionTable.ForceEvaluate.Named()} to write it anew.", cause: inner);
}
