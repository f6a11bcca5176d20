using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Ort;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Execution;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Tests.Calibration;

/// <summary>What the layers of a program read, without everything else it computes.</summary>
public sealed class LayerInputTraceTests
{
    private static readonly HardwareProfile _isaac = HardwareProfiles.BuiltIn("isaac");

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void Layers_read_what_a_run_that_keeps_every_value_has(int seed)
    {
        (ModelProgram program, GraphInput input) = Lowered(RandomNetworks.Residual(seed));
        var data = new CalibrationData(RandomNetworks.Samples(6, input.SampleElements, 5), 6, false);
        var seen = new Dictionary<int, List<byte>>();
        int images = 0;
        new LayerInputTrace(program, _isaac, input).Run(data, int.MaxValue, (layer, x, count) =>
        {
            if (!seen.TryGetValue(layer, out List<byte>? bytes)) seen[layer] = bytes = [];
            bytes.AddRange(x.Data.Span);
            if (layer == 0) images += count;
        }, default);

        Dictionary<string, Tensor> all = ProgramTrace.Run(
            program, _isaac, input.Split(0, 6, data.Values).Tensors(), Fidelity.Exact, 0);
        Assert.Equal(6, images);
        Assert.Equal(program.Layers.Length, seen.Count);
        foreach ((int layer, List<byte> bytes) in seen)
        {
            string name = program.Values[program.StepsOf(layer).Single().Inputs[0]].Name;
            Assert.Equal(all[name].Data.ToArray(), bytes);
        }
    }

    [Fact]
    public void The_larger_the_values_the_fewer_samples_are_run_at_once()
    {
        int[] batches = [.. new[] { 16, 900, 2400 }.Select(size => Batch(new ModelBuilder().Input("x", -1, 3, size, size)
            .Weight("w", 2, 3, 1, 1).Node("Conv", "x w", "y").Output("y").Bytes))];
        Assert.Equal(4, batches[0]);
        Assert.Equal(1, batches[2]);
        Assert.InRange(batches[1], 1, 4);
    }

    private static int Batch(byte[] model)
    {
        (ModelProgram program, GraphInput input) = Lowered(model, samples: 1);
        return new LayerInputTrace(program, _isaac, input).Batch;
    }

    internal static (ModelProgram Program, GraphInput Input) Lowered(byte[] model, int samples = 24)
    {
        Graph graph = RandomNetworks.Import(model);
        Graph quantized = QuantizedNetworks.Quantize(graph, QuantizedNetworks.Uniform(graph, 8), samples);
        return (new LayerLowering(QuantizedNetworks.Uniform(graph, 8), _isaac).Lower(quantized).Program, GraphInput.Of(quantized));
    }
}
