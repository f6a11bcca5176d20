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
    /// <param name="layer">The layer.</param>
    /// <param name="samples">Positions of it.</param>
    /// <param name="covariances">False if the means are enough.</param>
    public static LayerStatistics Of(MvmLayer layer, LayerSamples samples, bool covariances)
    {
        double[] squares = new double[layer.Groups * layer.RowsPerGroup];
        float[] meanX = Means(samples.X, layer.Groups, samples.Count, layer.RowsPerGroup, squares);
        float[] meanY = Means(samples.Y, layer.Groups, samples.Count, layer.ColumnsPerGroup, null);
        if (!covariances) return new LayerStatistics(samples.Count, meanX, meanY, squares, [], []);
        double[] x = Centred(samples.X, meanX, layer.Groups, samples.Count, layer.RowsPerGroup),
            y = Centred(samples.Y, meanY, layer.Groups, samples.Count, layer.ColumnsPerGroup);
        Normalise(x, y);
        (float[] covariance, float[] cross) = Products(layer, samples.Count, x, y);
        return new LayerStatistics(samples.Count, meanX, meanY, squares, covariance, cross);
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

    private static double[] Centred(float[] values, float[] means, int groups, int count, int width)
    {
        double[] centred = new double[values.Length];
        for (int g = 0; g < groups; g++)
            for (int p = 0; p < count; p++)
            {
                int at = ((g * count) + p) * width;
                for (int i = 0; i < width; i++) centred[at + i] = (double)values[at + i] - means[(g * width) + i];
            }

        return centred;
    }

    /// <summary>
    /// Brings inputs of extreme size near 1, and outputs by the same power of two: their products are kept as 32-bit floats, and must be
    /// neither nothing nor infinite. What is computed from the covariances does not depend on a common factor.
    /// </summary>
    private static void Normalise(double[] x, double[] y)
    {
        const int Extreme = 20;
        double largest = 0;
        foreach (double v in x) largest = Math.Max(largest, Math.Abs(v));
        int exponent = largest > 0 && double.IsFinite(largest) ? Math.ILogB(largest) : 0;
        if (Math.Abs(exponent) <= Extreme) return;
        foreach (double[] values in new[] { x, y })
            for (int i = 0; i < values.Length; i++) values[i] = Math.ScaleB(values[i], -exponent);
    }

    /// <summary>
    /// X^T X and X^T Y by ONNX Runtime's matrix product, the only heavy arithmetic here. In double precision: in single, the order in
    /// which a processor adds decides bits that remain, and the rounding of weights follows them.
    /// </summary>
    private static (float[] Covariance, float[] Cross) Products(MvmLayer layer, int count, double[] centredX, double[] centredY)
    {
        using var session = new OnnxSession(ProductModel(), "the covariance of a layer's inputs");
        using OrtValue x = OrtValue.CreateTensorValueFromMemory(centredX, [layer.Groups, count, layer.RowsPerGroup]);
        using OrtValue y = OrtValue.CreateTensorValueFromMemory(centredY, [layer.Groups, count, layer.ColumnsPerGroup]);
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(
            new Dictionary<string, OrtValue> { ["x"] = x, ["y"] = y }, ["xx", "xy"]);
        return (Means(results[0]), Means(results[1]));

        float[] Means(OrtValue sums)
        {
            ReadOnlySpan<double> values = sums.GetTensorDataAsSpan<double>();
            float[] means = new float[values.Length];
            for (int i = 0; i < means.Length; i++) means[i] = (float)(values[i] / count);
            return means;
        }
    }

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
