using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Differentiation;
using Cim.Training.Operators;
using Cim.Training.Ort;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using DataType = Cim.Onnx.Proto.TensorProto.Types.DataType;

namespace Cim.Training.Tests.Differentiation;

/// <summary>
/// Compares gradients of sum(r * y), r random, with central differences along every input element:
/// (f(x + h) - f(x - h)) / 2h. In float64 h = 1e-5 leaves about 1e-10 of truncation and 1e-10 of rounding. Operators ONNX Runtime
/// has in float32 only are (piecewise) linear in each operand, for which the difference is exact at any h, so h = 0.25
/// leaves rounding alone.
/// </summary>
internal sealed class GradientCheck
{
    private readonly List<(string Name, long[] Dims, double[] Values)> _variables = [];
    private readonly Random _random;
    private readonly DataType _type;

    public GradientCheck(int seed, bool doublePrecision)
    {
        _random = new Random(seed);
        _type = doublePrecision ? DataType.Double : DataType.Float;
        Builder = new GraphBuilder("check", _type);
    }

    public GraphBuilder Builder { get; }

    /// <summary>A variable with values in [low, high), at least <paramref name="apart"/> from each other if asked for.</summary>
    public string Variable(long[] dims, double low = -1, double high = 1, bool distinct = false)
    {
        var values = new double[Tensors.Count(dims)];
        for (int i = 0; i < values.Length; i++)
            values[i] = distinct ? low + ((high - low) * (i + 0.5) / values.Length) : low + ((high - low) * _random.NextDouble());
        if (distinct)
            _random.Shuffle(values);
        string name = FormattableString.Invariant($"x{_variables.Count}");
        _variables.Add((name, dims, values));
        Builder.Initializer(Named(Tensors.Real(_type, values, dims), name));
        return name;
    }

    /// <summary>Moves values of the last variable away from kinks of a piecewise function.</summary>
    public void KeepAwayFrom(double margin, params double[] kinks)
    {
        double[] values = _variables[^1].Values;
        for (int i = 0; i < values.Length; i++)
        {
            foreach (double kink in kinks)
            {
                if (Math.Abs(values[i] - kink) < margin)
                    values[i] = kink + (values[i] < kink ? -margin : margin);
            }
        }

        TensorProto tensor = Builder.Graph.Initializer.Single(initializer => initializer.Name == _variables[^1].Name);
        TensorProto moved = Tensors.Real(_type, values, _variables[^1].Dims);
        tensor.RawData = moved.RawData;
    }

    public void Agrees(params string[] outputs) => Agrees(true, outputs);

    /// <summary>Compares all variables, or the first alone.</summary>
    public void Agrees(bool all, params string[] outputs)
    {
        bool isDouble = _type == DataType.Double;
        double h = isDouble ? 1e-5 : 0.25;
        double tolerance = isDouble ? 1e-7 : 3e-4;
        string loss = AppendRandomSum(outputs);
        GraphProto graph = Builder.Graph;
        GraphProto lowered = CompositeOperators.Lower(graph, _type, OperatorRules.All);
        Dictionary<string, long[]> shapes = ShapeProbe.Run(lowered);
        IReadOnlyList<string?> gradients = new Differentiator(OperatorRules.All).Append(
            new DifferentiableGraph(graph, lowered, shapes), loss, [.. _variables.Select(v => v.Name)], _type);
        for (int i = lowered.Initializer.Count - 1; i >= 0; i--)
        {
            if (_variables.Any(v => v.Name == lowered.Initializer[i].Name))
                lowered.Initializer.RemoveAt(i);
        }

        foreach ((string name, long[] dims, _) in _variables)
            lowered.Input.Add(Tensors.ValueInfo(name, _type, dims));
        var builder = new GraphBuilder(lowered, _type);
        lowered.Output.Add(Tensors.ValueInfo(loss, _type, []));
        var present = new List<int>();
        for (int i = 0; i < gradients.Count; i++)
        {
            if (gradients[i] is not { } name)
                continue;
            present.Add(i);
            lowered.Output.Add(Tensors.ValueInfo(builder.Op("Identity", name), _type, _variables[i].Dims));
        }

        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(
            builder.Build(17, ("com.microsoft", 1), ("com.microsoft.nchwc", 1)).ToByteArray(), options);
        double[][] results = Run(session, lowered, isDouble);
        for (int k = 0; k < (all ? present.Count : 1); k++)
        {
            (string name, _, double[] values) = _variables[present[k]];
            for (int i = 0; i < values.Length; i++)
            {
                double keep = values[i];
                values[i] = keep + h;
                double up = Run(session, lowered, isDouble)[0][0];
                values[i] = keep - h;
                double down = Run(session, lowered, isDouble)[0][0];
                values[i] = keep;
                double expected = (up - down) / (2 * h);
                double actual = results[k + 1][i];
                Assert.True(
                    Math.Abs(expected - actual) <= tolerance * Math.Max(1, Math.Abs(expected)),
                    FormattableString.Invariant($"d/d{name}[{i}]: central difference {expected:R}, gradient {actual:R}"));
            }
        }

        Assert.NotEmpty(present);
    }

    private string AppendRandomSum(string[] outputs)
    {
        string? total = null;
        Dictionary<string, long[]> shapes = ShapeProbe.Run(CompositeOperators.Lower(Builder.Graph, _type, OperatorRules.All));
        foreach (string output in outputs)
        {
            var weights = new double[Tensors.Count(shapes[output])];
            for (int i = 0; i < weights.Length; i++)
                weights[i] = _random.NextDouble() + 0.5;
            string product = Builder.Op("Mul", output, Builder.Constant(weights, shapes[output]));
            string sum = Builder.Op("ReduceSum", [product], Attributes.Int("keepdims", 0));
            total = total is null ? sum : Builder.Op("Add", total, sum);
        }

        return total!;
    }

    private double[][] Run(InferenceSession session, GraphProto graph, bool isDouble)
    {
        using var run = new RunOptions();
        List<OrtValue> inputs = [.. _variables.Select(v => isDouble
            ? OrtValue.CreateTensorValueFromMemory(v.Values, v.Dims)
            : OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(v.Values, x => (float)x), v.Dims))];
        using IDisposableReadOnlyCollection<OrtValue> results =
            session.Run(run, [.. _variables.Select(v => v.Name)], inputs, [.. graph.Output.Select(output => output.Name)]);
        double[][] values = [.. results.Select(result => isDouble
            ? result.GetTensorDataAsSpan<double>().ToArray()
            : Array.ConvertAll(result.GetTensorDataAsSpan<float>().ToArray(), x => (double)x))];
        inputs.ForEach(input => input.Dispose());
        return values;
    }

    private static TensorProto Named(TensorProto tensor, string name)
    {
        tensor.Name = name;
        return tensor;
    }
}
