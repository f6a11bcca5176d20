using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Model;

namespace Cim.Bench.Zoo;

/// <summary>The samples that nobody chose by: what compiled networks lose on them against the float network.</summary>
internal sealed class ZooUnseen
{
    private readonly CalibrationData _samples;
    private readonly int[] _labels;
    private readonly float[] _reference;

    /// <param name="state">A compilation that has imported the network.</param>
    /// <param name="network">The network.</param>
    /// <param name="path">The samples.</param>
    /// <param name="limit">At most so many of them.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public ZooUnseen(CompileState state, ZooNetwork network, string path, int limit, CancellationToken cancellation)
    {
        DataSet data = DataSet.Open(path, state.Input.Ports, network.Preprocessing);
        _samples = CalibrationData.From(data, limit, cancellation);
        int[] chosen = [.. Enumerable.Range(0, _samples.Count).Select(i => (int)((long)i * data.Count / _samples.Count))];
        _labels = data.HasLabels ? [.. chosen.Select(i => data.Labels[i])] : [];
        _reference = GraphSession.FirstOutput(state.Imported!, state.Input, _samples, _samples.Count, cancellation);
    }

    /// <summary>What a compiled network loses at the fidelity that its hardware needs.</summary>
    public ZooLoss Loss(CompileState state, HardwareProfile hardware, CancellationToken cancellation)
    {
        (CompiledModel compiled, Fidelity fidelity) = (state.Emitted!.Model, state.Emitted.Fidelity);
        int wanted = fidelity == Fidelity.Exact ? _samples.Count : ConverterLoss.Samples(compiled.Program, hardware, _samples.Count);
        using var model = new CimModel(compiled);
        int width = _reference.Length / _samples.Count, sample = 0, lost = 0, gained = 0;
        (double error, double power) = (0, 0);
        foreach (ReadOnlyMemory<float> batch in new CompiledEvaluator(model).Run(
            _samples, new RunOptions { Fidelity = fidelity }, cancellation))
        {
            for (int first = 0; first < batch.Length; first += width, sample++)
            {
                ReadOnlySpan<float> was = _reference.AsSpan(sample * width, width), now = batch.Span.Slice(first, width);
                for (int k = 0; k < width; k++)
                    (error, power) = (error + Math.Pow((double)now[k] - was[k], 2), power + ((double)was[k] * was[k]));
                if (_labels.Length == 0) continue;
                (int before, int after) = (Cim.Compiler.Evaluation.Accuracy.ArgMax(was), Cim.Compiler.Evaluation.Accuracy.ArgMax(now));
                if (before != after && before == _labels[sample]) lost++;
                if (before != after && after == _labels[sample]) gained++;
            }

            if (sample >= wanted) break;
        }

        return new ZooLoss(100 * (_labels.Length == 0 ? error / power : (lost - gained) / (double)sample), sample, lost, gained);
    }
}
