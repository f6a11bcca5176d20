using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Google.Protobuf;

namespace Cim.Package.Tests;

/// <summary>Small networks and data, made in the test.</summary>
internal static class Networks
{
    public const int Inputs = 12;
    public const int Classes = 4;

    /// <summary>A perceptron 12-16-4 with random weights: input <c>features</c>, output <c>class_scores</c>.</summary>
    public static byte[] Perceptron(int seed = 1)
    {
        var random = new Random(seed);
        GraphBuilder graph = new("perceptron");
        string x = graph.Input("features", [-1, Inputs]);
        string hidden = graph.Op("Relu", graph.Op("Gemm", x, Weights(16 * Inputs, [Inputs, 16]), Weights(16, [16])));
        NodeProto last = graph.Node("Gemm", [hidden, Weights(16 * Classes, [16, Classes]), Weights(Classes, [Classes])]);
        last.Output[0] = "class_scores";
        graph.Output("class_scores", [-1, Classes]);
        return graph.Build().ToByteArray();

        string Weights(int count, long[] dims) =>
            graph.Initializer(Tensors.Float("w" + graph.Graph.Initializer.Count, Values(random, count), dims));
    }

    /// <summary>A product with awkward names: input <c>left eye</c>, outputs <c>sum</c> and <c>sum.positive</c>.</summary>
    public static byte[] TwoOutputs()
    {
        var random = new Random(5);
        GraphBuilder graph = new("two");
        string eye = graph.Input("left eye", [-1, 6]);
        NodeProto sum = graph.Node("MatMul", [eye, graph.Initializer(Tensors.Float("w", Values(random, 18), [6, 3]))]);
        sum.Output[0] = "sum";
        NodeProto positive = graph.Node("Relu", ["sum"]);
        positive.Output[0] = "sum.positive";
        graph.Output("sum", [-1, 3]);
        graph.Output("sum.positive", [-1, 3]);
        return graph.Build().ToByteArray();
    }

    /// <summary>A product exported for a fixed number of samples; with <paramref name="mixes"/> normalised over them, so that the number
    /// stays.</summary>
    public static byte[] FixedBatch(int samples, bool mixes)
    {
        var random = new Random(6);
        GraphBuilder graph = new("fixed");
        string x = graph.Input("x", [samples, 4]);
        string product = graph.Op("MatMul", x, graph.Initializer(Tensors.Float("w", Values(random, 8), [4, 2])));
        NodeProto last = graph.Node(mixes ? "Softmax" : "Relu", [product]);
        if (mixes) last.Attribute.Add(new AttributeProto { Name = "axis", Type = AttributeProto.Types.AttributeType.Int, I = 0 });
        last.Output[0] = "y";
        graph.Output("y", [samples, 2]);
        return graph.Build().ToByteArray();
    }

    /// <summary>Two layers over a sequence of any length, and a rate that is the same always: inputs <c>frames</c>, <c>rate</c>.</summary>
    public static byte[] Sequence()
    {
        var random = new Random(7);
        GraphBuilder graph = new("sequence");
        string x = graph.Input("frames", [-1, -1, 4]);
        graph.Graph.Input[0].Type.TensorType.Shape.Dim[1].DimParam = "sequence";
        string rate = graph.Input("rate", [1]);
        string h = graph.Op("Relu", graph.Op("MatMul", graph.Op("Mul", x, rate), Weights(4 * 8, [4, 8])));
        NodeProto last = graph.Node("MatMul", [h, Weights(8 * 3, [8, 3])]);
        last.Output[0] = "scores";
        graph.Output("scores", [-1, -1, 3]);
        graph.Graph.Output[0].Type.TensorType.Shape.Dim[1].DimParam = "sequence";
        return graph.Build().ToByteArray();

        string Weights(int count, long[] dims) =>
            graph.Initializer(Tensors.Float("w" + graph.Graph.Initializer.Count, Values(random, count), dims));
    }

    /// <summary>Samples for <see cref="Sequence"/> as a <c>.npy</c>.</summary>
    public static byte[] Frames(int count, int length)
    {
        using MemoryStream stream = new();
        WriteNpy(stream, "<f4", $"({count}, {length}, 4)", MemoryMarshal.AsBytes<float>(Values(new Random(length), count * length * 4)));
        return stream.ToArray();
    }

    /// <summary>A network with two operators nobody supports.</summary>
    public static byte[] Unsupported()
    {
        GraphBuilder graph = new("unsupported");
        string x = graph.Input("x", [-1, 4]);
        string y = graph.Op("Det", graph.Op("StringNormalizer", x));
        graph.Output(y, [-1, 4]);
        return graph.Build().ToByteArray();
    }

    /// <summary>Samples for <see cref="Perceptron"/> as a <c>.npz</c>, with or without labels.</summary>
    public static byte[] Data(int count, bool labelled, int seed = 1)
    {
        var random = new Random(seed);
        using MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(archive, "x.npy", "<f4", $"({count}, {Inputs})", MemoryMarshal.AsBytes<float>(Values(random, count * Inputs)));
            if (labelled)
                Add(archive, "y.npy", "<i8", $"({count},)",
                    MemoryMarshal.AsBytes<long>([.. Enumerable.Range(0, count).Select(_ => (long)random.Next(Classes))]));
        }
        return stream.ToArray();
    }

    private static float[] Values(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];

    private static void Add(ZipArchive archive, string name, string type, string shape, ReadOnlySpan<byte> data)
    {
        ZipArchiveEntry entry = archive.CreateEntry(name);
        entry.LastWriteTime = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using Stream stream = entry.Open();
        WriteNpy(stream, type, shape, data);
    }

    private static void WriteNpy(Stream stream, string type, string shape, ReadOnlySpan<byte> data)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}";
        header = header.PadRight((((10 + header.Length + 1) + 63) / 64 * 64) - 11) + "\n";
        stream.Write([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, (byte)header.Length, (byte)(header.Length >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(header));
        stream.Write(data);
    }
}
