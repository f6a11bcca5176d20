using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Tensors;

namespace Cim.Bench.Speed;

/// <summary>The crossbar layers of ResNet-20 for CIFAR-10 (41 million multiply-accumulates) with random weights.</summary>
internal static class ResNet20
{
    /// <summary>Multiply-accumulates of an image, in millions.</summary>
    public const double MillionMacs = 41.0;

    /// <summary>A matrix with random weights.</summary>
    public static CrossbarLayer Matrix(int rows, int columns, int positions, int bits)
    {
        var random = new Random(1);
        int limit = (1 << (bits - 1)) - 1;
        var output = new QuantizationParameters(0.05f, 0, 8, false);
        return new CrossbarLayer
        {
            Name = "matrix", Groups = 1, Geometry = null, RowsPerGroup = rows, ColumnsPerGroup = columns, PositionsPerImage = positions,
            WeightBits = bits,
            Weights = Tensor.Create<sbyte>(
                new Shape(columns, rows), [.. Enumerable.Range(0, rows * columns).Select(_ => (sbyte)random.Next(-limit, limit + 1))]),
            WeightScales = [.. Enumerable.Repeat(0.003f, columns)], Bias = [.. Enumerable.Repeat(5, columns)],
            Input = new QuantizationParameters(0.02f, 0, 8, false), Mapping = LayerSpeed.Pairs(rows, bits),
            Epilogue = new Epilogue(null, false, 0, float.PositiveInfinity, output),
        };
    }

    /// <summary>The layers, in order.</summary>
    public static IReadOnlyList<CrossbarLayer> Layers(LayerMappingFactory map, int weightBits = 8)
    {
        var random = new Random(1);
        List<CrossbarLayer> layers = [Convolution(3, 16, 32, 1, false)];
        for (int i = 0; i < 6; i++) layers.Add(Convolution(16, 16, 32, 1, i % 2 == 1));
        layers.Add(Convolution(16, 32, 32, 2, false));
        for (int i = 0; i < 5; i++) layers.Add(Convolution(32, 32, 16, 1, i % 2 == 0));
        layers.Add(Convolution(32, 64, 16, 2, false));
        for (int i = 0; i < 5; i++) layers.Add(Convolution(64, 64, 8, 1, i % 2 == 0));
        layers.Add(Layer("fc", 64, 10, null, 1, new Epilogue(null, false, float.NegativeInfinity, float.PositiveInfinity, null)));
        return layers;

        CrossbarLayer Convolution(int from, int to, int size, int stride, bool residual)
        {
            var geometry = new ConvolutionGeometry(
                from, new ConvolutionAxis(size, 3, stride, 1, 1), new ConvolutionAxis(size, 3, stride, 1, 1));
            var output = new QuantizationParameters(0.05f, 0, 8, false);
            var epilogue = new Epilogue(residual ? output : null, false, 0, float.PositiveInfinity, output);
            return Layer($"conv{from}x{to}", from * 9, to, geometry, geometry.OutputHeight * geometry.OutputWidth, epilogue);
        }

        CrossbarLayer Layer(string name, int rows, int columns, ConvolutionGeometry? geometry, int positions, Epilogue epilogue)
        {
            int limit = (1 << (weightBits - 1)) - 1;
            sbyte[] w = new sbyte[rows * columns];
            for (int i = 0; i < w.Length; i++)
            {
                // Roughly normal weights that use the whole range, as trained ones do.
                double g = random.NextDouble() + random.NextDouble() + random.NextDouble() + random.NextDouble() - 2;
                w[i] = (sbyte)Math.Round(g / 2 * limit);
            }
            return new CrossbarLayer
            {
                Name = name, Groups = 1, RowsPerGroup = rows, ColumnsPerGroup = columns, Geometry = geometry,
                PositionsPerImage = positions, Weights = Tensor.Create<sbyte>(new Shape(columns, rows), w), WeightBits = weightBits,
                WeightScales = [.. Enumerable.Repeat(0.003f, columns)], Bias = [.. Enumerable.Repeat(5, columns)],
                Input = new QuantizationParameters(0.02f, 0, 8, false), Epilogue = epilogue, Mapping = map(rows, columns, weightBits),
            };
        }
    }
}
