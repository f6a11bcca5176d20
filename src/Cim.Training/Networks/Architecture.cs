using System.Globalization;
using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Training.Networks;

/// <summary>
/// Builds a feed-forward network from one line per layer: <c>conv 32 3x3 pad 1 stride 2</c>, <c>depthwise 3x3 pad 1</c>,
/// <c>batchnorm</c>, <c>relu</c>, <c>maxpool 2</c>, <c>avgpool 2</c>, <c>globalavgpool</c>, <c>flatten</c>, <c>linear 10</c>.
/// </summary>
internal static class Architecture
{
    /// <summary>The network with zero weights; see <see cref="FreshWeights"/>.</summary>
    /// <param name="input">Shape of one sample: [channels, height, width] or [features].</param>
    /// <param name="layers">One line per layer.</param>
    /// <exception cref="CimException"><see cref="ErrorCodes.InvalidRecipe"/>: a line is not understood or does not fit.</exception>
    public static ModelProto Build(IReadOnlyList<long> input, IReadOnlyList<string> layers)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(layers);
        if (input.Count is < 1 or > 4 || input.Any(d => d is < 1 or > MostNumber) || Product(input) > MostElements)
            throw new CimException(ErrorCodes.InvalidRecipe,
                $"Recipe field 'network.input' is [{string.Join(", ", input)}]; it must be [channels, height, width] or [features], at "
                + $"most {MostElements} numbers in all");
        var builder = new GraphBuilder("network");
        var state = new State(builder, builder.Input("input", [-1, .. input]), [.. input]);
        for (int i = 0; i < layers.Count; i++)
            Append(state, new Line(layers[i], i));
        if (builder.Graph.Node.Count == 0)
            throw new CimException(ErrorCodes.InvalidRecipe, "Recipe field 'network.layers' does nothing with its input; add a layer");
        builder.Graph.Node[^1].Output[0] = "scores";
        builder.Output("scores", [-1, .. state.Shape]);
        return builder.Build();
    }

    /// <summary>Beyond this a number in a line is a mistake.</summary>
    private const long MostNumber = 1 << 20;

    /// <summary>Weights of all layers together, and numbers between two layers.</summary>
    private const long MostElements = 1 << 28;

    private static double Product(IEnumerable<long> dims) => dims.Aggregate(1.0, (product, d) => product * d);

    private static void Append(State state, Line line)
    {
        switch (line.Word)
        {
            case "conv":
                Convolution(state, line, (int)line.Number(1, "outputs"), line.Size(2), 1);
                break;
            case "depthwise":
                Convolution(state, line, (int)state.Shape[0], line.Size(1), state.Shape[0]);
                break;
            case "batchnorm":
                long channels = state.Shape[0];
                string[] vectors = [.. new[] { ("scale", 1f), ("shift", 0f), ("mean", 0f), ("variance", 1f) }
                    .Select(part => state.Tensor(line, $"{line.Name}.{part.Item1}", part.Item2, channels))];
                state.Value = state.Builder.Op("BatchNormalization", [state.Value, .. vectors]);
                break;
            case "relu":
                state.Value = state.Builder.Op("Relu", state.Value);
                break;
            case "maxpool" or "avgpool":
                Pool(state, line);
                break;
            case "globalavgpool":
                state.Value = state.Builder.Op("GlobalAveragePool", state.Value);
                state.Shape = [state.Shape[0], .. state.Shape[1..].Select(_ => 1L)];
                break;
            case "flatten":
                Flatten(state);
                break;
            case "linear":
                long outputs = line.Number(1, "outputs");
                Flatten(state);
                string weights = state.Tensor(line, $"{line.Name}.weight", 0, outputs, state.Shape[0]);
                string bias = state.Tensor(line, $"{line.Name}.bias", 0, outputs);
                state.Value = state.Builder.Op("Gemm", [state.Value, weights, bias], Attributes.Int("transB", 1));
                state.Shape = [outputs];
                break;
            default:
                throw line.Error(
                    "is no layer; known are conv, depthwise, batchnorm, relu, maxpool, avgpool, globalavgpool, flatten, linear");
        }
    }

    private static void Convolution(State state, Line line, int outputs, long[] kernel, long group)
    {
        RequireImage(state, line);
        (long pad, long stride) = (line.Option("pad", 0), line.Option("stride", 1));
        string weights = state.Tensor(line, $"{line.Name}.weight", 0, outputs, state.Shape[0] / group, kernel[0], kernel[1]);
        string bias = state.Tensor(line, $"{line.Name}.bias", 0, outputs);
        state.Value = state.Builder.Op(
            "Conv",
            [state.Value, weights, bias],
            Attributes.Ints("kernel_shape", kernel),
            Attributes.Ints("pads", pad, pad, pad, pad),
            Attributes.Ints("strides", stride, stride),
            Attributes.Int("group", group));
        state.Shape = [outputs, .. Windows(state, line, kernel, stride, pad)];
        if (Product(state.Shape) > MostElements) throw line.Error($"gives more than {MostElements} numbers");
    }

    private static void Pool(State state, Line line)
    {
        RequireImage(state, line);
        long[] kernel = line.Size(1);
        long stride = line.Option("stride", kernel[0]);
        state.Value = state.Builder.Op(
            line.Word == "maxpool" ? "MaxPool" : "AveragePool",
            [state.Value],
            Attributes.Ints("kernel_shape", kernel),
            Attributes.Ints("strides", stride, stride));
        state.Shape = [state.Shape[0], .. Windows(state, line, kernel, stride, 0)];
    }

    private static long[] Windows(State state, Line line, long[] kernel, long stride, long pad)
    {
        long[] size = [.. Enumerable.Range(0, 2).Select(i => ((state.Shape[i + 1] + (2 * pad) - kernel[i]) / stride) + 1)];
        return size.All(length => length > 0) ? size : throw line.Error("leaves nothing of its input");
    }

    private static void Flatten(State state)
    {
        if (state.Shape.Length == 1)
            return;
        state.Value = state.Builder.Op("Flatten", state.Value);
        state.Shape = [Tensors.Count(state.Shape)];
    }

    private static void RequireImage(State state, Line line)
    {
        if (state.Shape.Length != 3)
            throw line.Error("needs an input of channels, height and width");
    }

    private sealed class State(GraphBuilder builder, string value, long[] shape)
    {
        public GraphBuilder Builder { get; } = builder;

        public string Value { get; set; } = value;

        public long[] Shape { get; set; } = shape;

        private double _elements;

        public string Tensor(Line line, string name, float value, params long[] dims)
        {
            _elements += Product(dims);
            if (_elements > MostElements) throw line.Error($"brings the network to more than {MostElements} weights");
            var values = new float[Tensors.Count(dims)];
            Array.Fill(values, value);
            return Builder.Initializer(Tensors.Float(name, values, dims));
        }
    }

    private sealed class Line(string text, int index)
    {
        private readonly string[] _words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        public string Word => _words.Length > 0 ? _words[0] : "";

        public string Name { get; } = FormattableString.Invariant($"layer{index + 1}");

        public long Number(int at, string what) =>
            at < _words.Length && long.TryParse(_words[at], NumberStyles.None, CultureInfo.InvariantCulture, out long value)
                && value is > 0 and <= MostNumber
                ? value
                : throw Error($"lacks its number of {what}, from 1 to {MostNumber}");

        public long[] Size(int at)
        {
            string[] parts = at < _words.Length ? _words[at].Split('x') : [];
            long[] sizes = [
                .. parts.Select(part => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : 0)];
            return sizes.Length is 1 or 2 && sizes.All(size => size is > 0 and <= MostNumber)
                ? [sizes[0], sizes[^1]]
                : throw Error("lacks its kernel size, for example 3x3");
        }

        public long Option(string name, long defaultValue)
        {
            int at = Array.IndexOf(_words, name);
            return at < 0 ? defaultValue : Number(at + 1, name);
        }

        public CimException Error(string what) =>
            new(ErrorCodes.InvalidRecipe, $"Network layer {index + 1}, '{text}', {what}");
    }
}
