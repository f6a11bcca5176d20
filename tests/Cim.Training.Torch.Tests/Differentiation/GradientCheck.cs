using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Differentiation;
using Cim.Training.Operators;
using Cim.Training.Ort;
using Cim.Training.Torch.Graphs;
using Cim.Training.Torch.Nodes;
using Cim.Training.Torch.Tests;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using DataType = Cim.Onnx.Proto.TensorProto.Types.DataType;

namespace Cim.Training.Tests.Differentiation;

/// <summary>
/// Stands in for the class of this name that compares with central differences: compares value and gradients of sum(r * y), r random, with
/// those of tensor operations in float64 and autograd. Where ONNX Runtime has an operator in float64, to 1e-6 of the largest element of a
/// gradient; else its float32 to 1e-4.
/// </summary>
internal sealed class GradientCheck
{
    /// <summary>What is left of terms of order one that cancel has no relative accuracy below this.</summary>
    private const double Cancelled = 1e-2;

    private readonly List<(string Name, long[] Dims, double[] Values)> _variables = [];
    private readonly Random _random;
    private readonly DataType _type;

    public GradientCheck(int seed, bool doublePrecision)
    {
        _ = TorchMachine.Engine;
        _random = new Random(seed);
        _type = doublePrecision ? DataType.Double : DataType.Float;
        Builder = new GraphBuilder("check", _type);
    }

    public GraphBuilder Builder { get; }

    public string Variable(long[] dims, double low = -1, double high = 1, bool distinct = false)
    {
        var values = new double[Tensors.Count(dims)];
        for (int i = 0; i < values.Length; i++)
            values[i] = distinct ? low + ((high - low) * (i + 0.5) / values.Length) : low + ((high - low) * _random.NextDouble());
        if (distinct)
            _random.Shuffle(values);
        if (_type == DataType.Float)
            values = Array.ConvertAll(values, value => (double)(float)value);
        string name = FormattableString.Invariant($"x{_variables.Count}");
        _variables.Add((name, dims, values));
        TensorProto tensor = Tensors.Real(_type, values, dims);
        tensor.Name = name;
        Builder.Initializer(tensor);
        return name;
    }

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

            if (_type == DataType.Float)
                values[i] = (float)values[i];
        }

        TensorProto tensor = Builder.Graph.Initializer.Single(initializer => initializer.Name == _variables[^1].Name);
        tensor.RawData = Tensors.Real(_type, values, _variables[^1].Dims).RawData;
    }

    public void Agrees(params string[] outputs) => Agrees(true, outputs);

    public void Agrees(bool all, params string[] outputs)
    {
        string loss = AppendRandomSum(outputs);
        double[]?[] ours = OfRules(loss, out IReadOnlyDictionary<string, long[]> shapes);
        double[]?[] autograd = OfAutograd(loss, shapes);
        double tolerance = _type == DataType.Double ? 1e-6 : 1e-4;
        Assert.Contains(ours.Skip(1), gradient => gradient is not null);
        for (int k = 0; k < ours.Length; k++)
        {
            double[] expected = autograd[k] ?? [], actual = ours[k] ?? new double[expected.Length];
            if (expected.Length == 0)
                expected = new double[actual.Length];
            double scale = Math.Max(Cancelled, expected.Max(Math.Abs));
            for (int i = 0; i < actual.Length; i++)
            {
                Assert.True(
                    Math.Abs(expected[i] - actual[i]) <= tolerance * scale,
                    FormattableString.Invariant(
                        $"{(k == 0 ? "value" : $"d/d{_variables[k - 1].Name}[{i}]")}: autograd {expected[i]:R}, rule {actual[i]:R}"));
            }
        }
    }

    /// <summary>Value and gradients of the tensor operations.</summary>
    private double[]?[] OfAutograd(string loss, IReadOnlyDictionary<string, long[]> shapes)
    {
        using DisposeScope scope = NewDisposeScope();
        using var graph = new TorchGraph(Builder.Graph, shapes, ScalarType.Float64, CPU);
        Tensor[] leaves = [.. _variables.Select(
            v => TorchValues.OnDevice(v.Values, v.Dims, ScalarType.Float64, CPU).detach().requires_grad_(true))];
        Tensor value = graph.Run(_variables.Zip(leaves, (v, leaf) => KeyValuePair.Create(v.Name, leaf)), [loss])[0];
        value.backward();
        return [.. leaves.Select(leaf => leaf.grad is { IsInvalid: false } gradient ? Values(gradient) : null)
            .Prepend(Values(value.detach()))];
    }

    private static double[] Values(Tensor tensor) => tensor.contiguous().data<double>().ToArray();

    /// <summary>Value and gradients of our rules, run by ONNX Runtime.</summary>
    private double[]?[] OfRules(string loss, out IReadOnlyDictionary<string, long[]> shapes)
    {
        GraphProto lowered = CompositeOperators.Lower(Builder.Graph, _type, OperatorRules.All);
        shapes = ShapeProbe.Run(lowered);
        // The rules add outputs to nodes; autograd gets the graph without them.
        GraphProto graph = Builder.Graph.Clone();
        GraphProto rules = CompositeOperators.Lower(graph, _type, OperatorRules.All);
        IReadOnlyList<string?> gradients = new Differentiator(OperatorRules.All).Append(
            new DifferentiableGraph(graph, rules, shapes), loss, [.. _variables.Select(v => v.Name)], _type);
        var builder = new GraphBuilder(rules, _type);
        rules.Output.Add(Tensors.ValueInfo(loss, _type, []));
        for (int i = 0; i < gradients.Count; i++)
        {
            if (gradients[i] is { } name)
                rules.Output.Add(Tensors.ValueInfo(builder.Op("Identity", name), _type, _variables[i].Dims));
        }

        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(
            builder.Build(17, ("com.microsoft", 1), ("com.microsoft.nchwc", 1)).ToByteArray(), options);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> results =
            session.Run(run, [], [], [.. rules.Output.Select(output => output.Name)]);
        double[][] values = [.. results.Select(result => _type == DataType.Double
            ? result.GetTensorDataAsSpan<double>().ToArray()
            : Array.ConvertAll(result.GetTensorDataAsSpan<float>().ToArray(), x => (double)x))];
        int next = 1;
        return [values[0], .. gradients.Select(gradient => gradient is null ? null : values[next++])];
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
}
