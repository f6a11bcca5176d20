using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Ir;

/// <summary>Finds the layers of a graph that crossbars can hold, in graph order.</summary>
internal static class MvmLayers
{
    /// <summary>Every Conv, Gemm and MatMul with constant weights (possibly behind a DequantizeLinear); nodes that share weights are one
    /// layer.</summary>
    public static ImmutableArray<MvmLayer> Find(Graph graph)
    {
        var producers = new Dictionary<string, Node>(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes)
            foreach (string output in node.Outputs)
                if (output.Length > 0) producers[output] = node;

        var layers = ImmutableArray.CreateBuilder<MvmLayer>();
        foreach (Node node in graph.Nodes)
        {
            MvmLayer? layer = node.Op switch
            {
                "Conv" => Convolution(graph, producers, node),
                "Gemm" or "MatMul" => Matrix(graph, producers, node),
                _ => null,
            };
            if (layer is not null) layers.Add(layer);
        }

        return SharedWeights.Join(graph, layers.ToImmutable());
    }

    /// <summary>Every MatMul (or Gemm) whose two factors are computed.</summary>
    public static ImmutableArray<DynamicMatMul> FindDynamic(Graph graph)
    {
        ImmutableHashSet<string> constant = ConstantWeights.Names(graph);
        var found = ImmutableArray.CreateBuilder<DynamicMatMul>();
        foreach (Node node in graph.Nodes)
        {
            if (node.Op is not ("MatMul" or "Gemm") || constant.Contains(node.Inputs[0]) || constant.Contains(node.Inputs[1])) continue;
            Shape output = graph.Values[node.Outputs[0]].Shape.Bind(1);
            Shape left = graph.Values[node.Inputs[0]].Shape.Bind(1);
            int rows = node.Op == "Gemm" && node.Attributes.Int("transA", 0) != 0 ? left[0] : left[left.Rank - 1];
            int columns = graph.Values[node.Inputs[1]].Shape.Rank == 1 ? 1 : output[output.Rank - 1];
            int positions = left.Rank == 1 ? 1 : node.Op == "Gemm" ? output[0] : left[left.Rank - 2];
            int images = InputBatch.Of(graph);
            long repeat = output.Elements / Math.Max(1, (long)positions * columns);
            found.Add(new DynamicMatMul(
                node.Name, checked((int)(repeat % images == 0 ? repeat / images : repeat)), positions, rows, columns));
        }

        return found.ToImmutable();
    }

    private static MvmLayer? Convolution(Graph graph, Dictionary<string, Node> producers, Node node)
    {
        if (!ConstantWeights.TryFind(graph, producers, node.Inputs[1], out Weight weight)) return null;
        Shape kernel = graph.Values[node.Inputs[1]].Shape;
        Shape input = graph.Values[node.Inputs[0]].Shape;
        Shape output = graph.Values[node.Outputs[0]].Shape;
        if (kernel.Rank is not (3 or 4)) return null;

        int groups = checked((int)node.Attributes.Int("group", 1));
        var geometry = ConvolutionGeometryReader.Read(node, input.Bind(1), kernel, output.Bind(1));
        int rows = checked((int)(kernel.Elements / kernel[0]));
        var layer = new MvmLayer
        {
            NodeName = node.Name, Op = node.Op, Input = node.Inputs[0], Output = node.Outputs[0],
            Groups = groups, RowsPerGroup = rows, ColumnsPerGroup = kernel[0] / groups,
            PositionsPerImage = checked(geometry.OutputHeight * geometry.OutputWidth), Geometry = geometry,
            WeightName = weight.Constant, WeightDequantize = weight.Dequantize, BiasName = BiasName(graph, producers, node),
        };
        return layer.WithData(
            () => new Tensor(ElementType.Float32, new Shape(kernel[0], rows), ConstantWeights.ReadFloat(graph, weight).Data),
            () => ReadBias(graph, producers, node, kernel[0]));
    }

    private static MvmLayer? Matrix(Graph graph, Dictionary<string, Node> producers, Node node)
    {
        if (node.Op == "Gemm" && node.Attributes.Int("transA", 0) != 0) return null;
        if (!ConstantWeights.TryFind(graph, producers, node.Inputs[1], out Weight weight)) return null;
        Shape matrix = graph.Values[node.Inputs[1]].Shape;
        if (matrix.Rank != 2) return null;
        bool transposed = node.Op == "Gemm" && node.Attributes.Int("transB", 0) != 0;
        (int rows, int columns) = transposed ? (matrix[1], matrix[0]) : (matrix[0], matrix[1]);
        float alpha = node.Op == "Gemm" ? node.Attributes.Float("alpha", 1) : 1;

        // Rows of the left matrix: per image when the leading dimension carries the batch, else the layer runs once.
        Shape left = graph.Values[node.Inputs[0]].Shape;
        long all = rows == 0 ? 0 : left.Bind(1).Elements / rows;
        int batch = InputBatch.Of(graph);
        int positions = checked((int)(all % batch == 0 ? all / batch : all));
        var layer = new MvmLayer
        {
            NodeName = node.Name, Op = node.Op, Input = node.Inputs[0], Output = node.Outputs[0],
            RowsPerGroup = rows, ColumnsPerGroup = columns, PositionsPerImage = positions,
            WeightName = weight.Constant, WeightDequantize = weight.Dequantize,
            BiasName = node.Op == "Gemm" ? BiasName(graph, producers, node) : null,
        };
        return layer.WithData(
            () => MatrixOf(ConstantWeights.ReadFloat(graph, weight), rows, columns, transposed, alpha),
            () => node.Op == "Gemm" ? ReadBias(graph, producers, node, columns) : null);
    }

    private static Tensor MatrixOf(Tensor weights, int rows, int columns, bool transposed, float alpha)
    {
        if (transposed && alpha == 1) return weights;
        ReadOnlySpan<float> source = weights.Span<float>();
        float[] matrix = new float[checked(rows * columns)];
        for (int c = 0; c < columns; c++)
            for (int r = 0; r < rows; r++)
                matrix[(c * rows) + r] = alpha * source[transposed ? (c * rows) + r : (r * columns) + c];
        return Tensor.Create<float>(new Shape(columns, rows), matrix);
    }

    private static string? BiasName(Graph graph, Dictionary<string, Node> producers, Node node) =>
        node.Inputs.Length > 2 && node.Inputs[2].Length > 0
        && ConstantWeights.TryFind(graph, producers, node.Inputs[2], out Weight bias) ? bias.Constant : null;

    private static float[]? ReadBias(Graph graph, Dictionary<string, Node> producers, Node node, int outputs)
    {
        if (node.Inputs.Length <= 2 || node.Inputs[2].Length == 0
            || !ConstantWeights.TryFind(graph, producers, node.Inputs[2], out Weight bias)) return null;
        ReadOnlySpan<float> values = ConstantWeights.ReadFloat(graph, bias).Span<float>();
        float beta = node.Op == "Gemm" ? node.Attributes.Float("beta", 1) : 1;
        float[] result = new float[outputs];
        for (int i = 0; i < outputs; i++) result[i] = beta * values[values.Length == 1 ? 0 : i];
        return result;
    }
}
