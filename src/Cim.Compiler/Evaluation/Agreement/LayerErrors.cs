using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Messages;
using Cim.Compiler.Ort;
using Cim.Runtime.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Compiler.Evaluation.Agreement;

/// <summary>How far one layer's output is from the float network's.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Cosine">Cosine similarity.</param>
/// <param name="RelativeL2">||quantized - float|| / ||float||, with the errors of all layers before it.</param>
/// <param name="OwnRelativeL2">The same when only this layer is quantized and reads what the float network gives.</param>
internal sealed record LayerError(string Name, double Cosine, double RelativeL2, double OwnRelativeL2);

/// <summary>Compares the quantized with the float network layer by layer, so that a loss of accuracy never comes without its
/// layer.</summary>
internal static class LayerErrors
{
    /// <summary>Samples of a measurement.</summary>
    public const int Samples = 32;

    private const int Batch = 8;

    /// <param name="reference">The float network.</param>
    /// <param name="quantized">The quantized network; values that are real numbers have the same names.</param>
    /// <param name="layers">The layers as fused.</param>
    /// <param name="input">The networks' input.</param>
    /// <param name="data">Samples; at most <see cref="Samples"/> are used, fewer of a network whose values take much memory.</param>
    /// <param name="progress">Counts layers.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public static ImmutableArray<LayerError> Measure(
        Graph reference, Graph quantized, ImmutableArray<FusedLayer> layers, GraphInput input, CalibrationData data,
        IStepProgress progress, CancellationToken cancellation)
    {
        string[] results = [.. layers.Select(l => l.Real).Distinct().Where(reference.Values.ContainsKey)];
        if (results.Length == 0) return [];
        // What a layer reads in the float network: the nearest values upstream that both networks have.
        Graph[] own = [.. results.Select(r => Alone(quantized, r, reference))];
        int samples = GraphMemory.Samples(reference, part: 2, most: Samples);
        using var original = new StagedExecutor(reference with { Outputs = [] }, input, data, Batch, samples);
        using var changed = new StagedExecutor(quantized with { Outputs = [] }, input, data, Batch, samples);
        var total = results.ToDictionary(r => r, _ => new Difference(), StringComparer.Ordinal);
        var ownTotal = results.ToDictionary(r => r, _ => new Difference(), StringComparer.Ordinal);
        for (int i = 0; i < results.Length; i++)
        {
            changed.Retained = results.Skip(i + 1).ToHashSet(StringComparer.Ordinal);
            original.Retained = changed.Retained.Concat(own.Skip(i + 1).SelectMany(s => s.Inputs)).ToHashSet(StringComparer.Ordinal);
            original.Compute([.. own[i].Inputs, results[i]], cancellation);
            changed.Compute([results[i]], cancellation);
            using OnnxSession alone = GraphSession.Open(own[i], cancellation);
            Shape shape = reference.Values[results[i]].Shape;
            int width = shape.Rank < 2 ? 0 : shape[shape.Rank - 1];
            for (int run = 0; run < original.Runs; run++)
            {
                IReadOnlyDictionary<string, OrtValue> known = original.Values(run);
                ReadOnlySpan<bool> padding = original.Padding(run);
                ReadOnlySpan<float> exact = PaddingMask.Counted(original.Value(run, results[i]), width, padding);
                total[results[i]].Add(exact, PaddingMask.Counted(changed.Value(run, results[i]), width, padding));
                using IDisposableReadOnlyCollection<OrtValue> c =
                    alone.Run(own[i].Inputs.ToDictionary(n => n, n => known[n]), [results[i]]);
                ownTotal[results[i]].Add(exact, PaddingMask.Counted(c[0].GetTensorDataAsSpan<float>(), width, padding));
            }

            progress.At(i + 1, results.Length);
            UnusedMemory.Collect();
        }

        return [.. layers.Where(l => total.ContainsKey(l.Real)).Select(l =>
            new LayerError(l.Layer.NodeName, total[l.Real].Cosine, total[l.Real].RelativeL2, ownTotal[l.Real].RelativeL2))];
    }

    /// <summary>The part of the quantized network from the nearest values the float network has too, to one layer's result; inputs
    /// are such values, whether they are quantized or not.</summary>
    private static Graph Alone(Graph quantized, string result, Graph reference)
    {
        return GraphSlice.Of(quantized, [result], v => v != result && (quantized.Inputs.Contains(v) || IsShared(v)));

        // Values between the layer's own nodes (its sum before an addition or Relu) are not starting points.
        bool IsShared(string value) =>
            reference.Values.ContainsKey(value) && reference.Values[value].Type == Cim.Runtime.ElementType.Float32
            && !reference.Constants.ContainsKey(value) && quantized.Nodes.Any(n => n.Op == "QuantizeLinear" && n.Inputs[0] == value);
    }

    /// <summary>Running sums of two vectors' products.</summary>
    private sealed class Difference
    {
        private double _aa, _bb, _ab, _dd;

        public double Cosine => _aa == 0 && _bb == 0 ? 1 : _ab / Math.Sqrt(_aa * _bb);

        public double RelativeL2 => _aa == 0 ? (_dd == 0 ? 0 : double.NaN) : Math.Sqrt(_dd / _aa);

        public void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
        {
            for (int i = 0; i < a.Length; i++)
            {
                double x = a[i], y = b[i], d = y - x;
                _aa += x * x;
                _bb += y * y;
                _ab += x * y;
                _dd += d * d;
            }
        }
    }
}
