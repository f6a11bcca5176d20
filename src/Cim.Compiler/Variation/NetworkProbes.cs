using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Execution;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Variation;

/// <summary>Runs a quantized network on samples and makes a probe of every layer.</summary>
internal static class NetworkProbes
{
    private const int Batch = 4;

    /// <summary>The layers by name, each with a probe that has seen what the layer reads.</summary>
    /// <param name="network">The network, its samples and its hardware.</param>
    /// <param name="policy">The precision it runs at.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public static Dictionary<string, (FusedLayer Fused, LayerProbe Probe)> Of(
        VariedNetwork network, QuantizationPolicy policy, CancellationToken cancellation)
    {
        (Graph graph, GraphInput input, CalibrationData data, HardwareProfile hardware) = network;
        VariationOptions options = network.Options;
        cancellation.ThrowIfCancellationRequested();
        Graph quantized = new PostTrainingQuantizer(network.Quantizer).Quantize(graph, input, data, policy, null, cancellation);
        LoweredModel lowered = new LayerLowering(policy, hardware).LowerUndivided(quantized);
        ModelProgram program = lowered.Program;
        PreparedLayer[] exact = [.. program.Layers.Select((layer, i) => CrossbarSimulator.Prepare(layer, i, hardware, Fidelity.Exact, 0))];
        ProgramStep[] steps = [.. program.Layers.Select((_, l) => program.StepsOf(l).First())];
        var inputs = new LayerInputs?[steps.Length];
        int images = Math.Min(options.Images, data.Count), perRun = Math.Max(1, options.Positions * Batch / Math.Max(1, images));
        foreach (SampleRun run in data.Runs(input, Batch, images))
        {
            cancellation.ThrowIfCancellationRequested();
            Dictionary<string, Tensor> values = ProgramTrace.Run(program, exact, run.Tensors(), run.First);
            for (int l = 0; l < steps.Length; l++)
            {
                Tensor Value(int index) => program.Values[index].Constant ?? values[program.Values[index].Name];
                CrossbarLayer layer = program.Layers[l];
                int count = Value(steps[l].Outputs[0]).Length / (layer.Outputs * layer.PositionsPerImage);
                LayerInputs part = LayerInputs.Gather(layer, Value(steps[l].Inputs[0]).Data.Span,
                    steps[l].Inputs.Length > 1 ? Value(steps[l].Inputs[1]).Data.Span : [], count, perRun);
                inputs[l] = inputs[l]?.Append(part, layer) ?? part;
            }
        }

        Dictionary<string, MvmLayer> sources = MvmLayers.Find(graph).ToDictionary(l => l.NodeName, StringComparer.Ordinal);
        return lowered.Layers.Select((fused, l) => (fused, l)).ToDictionary(p => p.fused.Layer.NodeName,
            p =>
                (p.fused, new LayerProbe(sources[p.fused.Layer.NodeName], program.Layers[p.l], inputs[p.l]!, hardware)),
                StringComparer.Ordinal);
    }
}
