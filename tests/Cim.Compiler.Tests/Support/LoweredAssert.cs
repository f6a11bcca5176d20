using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Ort;
using Cim.Runtime;
using Cim.Runtime.Execution;
using Cim.Runtime.Format;
using Cim.Runtime.Hardware;
using Cim.Runtime.Tensors;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.Support;

/// <summary>What holds of a lowered network however its layers are placed.</summary>
internal static class LoweredAssert
{
    /// <summary>Its placement is in order, fidelity exact gives the integers of ONNX Runtime, and converters that lose nothing give those
    /// of exact.</summary>
    public static void EqualsOnnxRuntimeAndSurvivesLosslessConverters(
        Graph quantized, LoweredModel lowered, HardwareProfile hardware, int seed)
    {
        Assert.All(lowered.Program.Layers, l => Assert.Null(BlockVerifier.Problem(l)));
        GraphInput input = GraphInput.Of(quantized);
        SampleRun run = input.Split(0, 8, RandomNetworks.Samples(8, input.SampleElements, (ulong)seed));
        Dictionary<string, Tensor> exact = ProgramTrace.Run(lowered.Program, hardware, run.Tensors(), Fidelity.Exact, 0);
        Dictionary<string, Tensor> read = ProgramTrace.Run(lowered.Program, hardware with { AdcBits = 14 }, run.Tensors(), Fidelity.Adc, 0);
        using var session = new OnnxSession(OnnxExporter.Export(quantized).ToByteArray(), "qdq");
        using var reference = session.Run(run, [session.Outputs[0]]);
        string output = quantized.Outputs[0];
        Assert.True(exact[output].Data.Span.SequenceEqual(read[output].Data.Span));
        float[] expected = reference[0].GetTensorDataAsSpan<float>().ToArray(), actual = exact[output].Span<float>().ToArray();
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 3);
    }
}
