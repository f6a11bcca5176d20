using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Onnx.Proto;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Compiler.Calibration;

/// <summary>Means and covariances of what a layer reads and should write, per group.</summary>
/// <param name="Samples">Positions they were computed from.</param>
/// <param name="MeanX">[groups, rows].</param>
/// <param name="MeanY">[groups, columns].</param>
/// <param name="SquareX">Mean squares of the inputs, [groups, rows].</param>
/// <param name="Covariance">[groups, rows, rows]; empty unless asked for.</param>
/// <param name="Cross">Covariance of inputs and wanted outputs, [groups, rows, columns]; empty unless asked for.</param>
internal sealed record LayerStatistics(int Samples, float[] MeanX, float[] MeanY, double[] SquareX, float[] Covariance, float[] Cross)
{
    /// <summary>Numbers in double precision that are in memory at once (128 MiB).</summary>
    private const long MaxPartElements = 1L << 24;

    /// <param name="layer">The layer.</param>
    /// <param name="samples">Positions of it.</param>
    /// <param name="covariances">False if the means are enough.</param>
    /// <param name="cancellation">Ends a matrix product.</param>
    public static LayerStatistics Of(MvmLayer layer, LayerSamples samples, bool covariances, CancellationToken cancellation)
    {
        double[] squares = new double[layer.Groups * layer.RowsPerGroup];
        float[] meanX = Means(samples.X, layer.Groups, samples.Count, layer.RowsPerGroup, squares);
        float[] meanY = Means(samples.Y, layer.Groups, samples.Count, layer.ColumnsPerGroup, null);
        if (!covariances) return new LayerStatistics(samples.Count, meanX, meanY, squares, [], []);
        (float[] covariance, float[] cross) = Covariances(layer, samples, meanX, meanY, cancellation);
        return new LayerStatistics(samples.Count, meanX, meanY, squares, covariance, cross);
    }

    /// <summary>X^T X and X^T Y of centred samples, over parts of the positions that fit into memory.</summary>
    private static (float[] Covariance, float[] Cross) Covariances(
        MvmLayer layer, LayerSamples samples, float[] meanX, float[] meanY, CancellationToken cancellation)
    {
        int groups = layer.Groups, rows = layer.RowsPerGroup, columns = layer.ColumnsPerGroup, count = samples.Count;
        int part = (int)Math.Clamp(MaxPartElements / ((long)groups * (rows + columns)), 1, count);
        double[] xx = new double[groups * rows * rows], xy = new double[groups * rows * columns];
        int exponent = Exponent(samples.X, meanX, count, rows);
        using var session = new OnnxSession(ProductModel(), "the covariance of a layer's inputs", cancellation: cancellation);
        for (int first = 0; first < count; first += part)
        {
            cancellation.ThrowIfCancellationRequested();
            var range = new PositionRange(first, Math.Min(part, count - first), count);
            double[] x = Centred(samples.X, meanX, range, rows, exponent), y = Centred(samples.Y, meanY, range, columns, exponent);
            using OrtValue xs = OrtValue.CreateTensorValueFromMemory(x, [groups, range.Count, rows]);
            using OrtValue ys = OrtValue.CreateTensorValueFromMemory(y, [groups, range.Count, columns]);
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(
                new Dictionary<string, OrtValue> { ["x"] = xs, ["y"] = ys }, ["xx", "xy"]);
            Add(results[0], xx);
            Add(results[1], xy);
        }

        return (Array.ConvertAll(xx, v => (float)(v / count)), Array.ConvertAll(xy, v => (float)(v / count)));

        static void Add(OrtValue products, double[] sums)
        {
            ReadOnlySpan<double> values = products.GetTensorDataAsSpan<double>();
            for (int i = 0; i < sums.Length; i++) sums[i] += values[i];
        }
    }

    private static float[] Means(float[] values, int groups, int count, int width, double[]? squares)
    {
        float[] means = new float[groups * width];
        double[] sums = new double[width];
        for (int g = 0; g < groups; g++)
        {
            Array.Clear(sums);
            for (int p = 0; p < count; p++)
            {
                ReadOnlySpan<float> row = values.AsSpan(((g * count) + p) * width, width);
                for (int i = 0; i < width; i++)
                {
                    sums[i] += row[i];
                    if (squares is not null) squares[(g * width) + i] += (double)row[i] * row[i] / count;
                }
            }

            for (int i = 0; i < width; i++) means[(g * width) + i] = (float)(sums[i] / count);
        }

        return means;
    }

    /// <summary>[groups, positions of the range, width], divided by 2^exponent.</summary>
    private static double[] Centred(float[] values, float[] means, PositionRange range, int width, int exponent)
    {
        int groups = means.Length / width;
        double[] centred = new double[(long)groups * range.Count * width];
        for (int g = 0; g < groups; g++)
            for (int p = 0; p < range.Count; p++)
            {
                int from = ((g * range.All) + range.First + p) * width, to = ((g * range.Count) + p) * width;
                for (int i = 0; i < width; i++)
                {
                    double value = (double)values[from + i] - means[(g * width) + i];
                    centred[to + i] = exponent == 0 ? value : Math.ScaleB(value, -exponent);
                }
            }

        return centred;
    }

    /// <summary>
    /// The power of two that brings inputs of extreme size near 1; outputs are divided by the same. Their products are kept as 32-bit
    /// floats, and must be neither nothing nor infinite. What is computed from the covariances does not depend on a common factor.
    /// </summary>
    private static int Exponent(float[] x, float[] means, int count, int width)
    {
        const int Extreme = 20;
        double largest = 0;
        for (int i = 0; i < x.Length; i++)
            largest = Math.Max(largest, Math.Abs((double)x[i] - means[(i / (count * width) * width) + (i % width)]));
        int exponent = largest > 0 && double.IsFinite(largest) ? Math.ILogB(largest) : 0;
        return Math.Abs(exponent) <= Extreme ? 0 : exponent;
    }

    /// <summary>Positions out of all that were sampled.</summary>
    private readonly record struct PositionRange(int First, int Count, int All);

    /// <summary>
    /// X^T X and X^T Y by ONNX Runtime's matrix product, the only heavy arithmetic here. In double precision: in single, the order in
    /// which a processor adds decides bits that remain, and the rounding of weights follows them.
    /// </summary>
    private static byte[] ProductModel()
    {
        var graph = new GraphProto { Name = "products" };
        foreach (string input in new[] { "x", "y" }) graph.Input.Add(Double3D(input));
        foreach (string output in new[] { "xx", "xy" }) graph.Output.Add(Double3D(output));
        var transpose = new NodeProto { Name = "t", OpType = "Transpose", Input = { "x" }, Output = { "xt" } };
        transpose.Attribute.Add(new AttributeProto { Name = "perm", Type = AttributeProto.Types.AttributeType.Ints, Ints = { 0, 2, 1 } });
        graph.Node.Add(transpose);
        graph.Node.Add(new NodeProto { Name = "xx", OpType = "MatMul", Input = { "xt", "x" }, Output = { "xx" } });
        graph.Node.Add(new NodeProto { Name = "xy", OpType = "MatMul", Input = { "xt", "y" }, Output = { "xy" } });
        var model = new ModelProto { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 17 });
        return model.ToByteArray();
    }

    private static ValueInfoProto Double3D(string name)
    {
        var shape = new TensorShapeProto();
        for (int i = 0; i < 3; i++) shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = $"{name}{i}" });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Double, Shape = shape },
            },
        };
    }
}
