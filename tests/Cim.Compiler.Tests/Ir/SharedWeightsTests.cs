using Cim.Compiler.Calibration;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Import.Rewrites.Recurrent;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Execution;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;
using Cim.Tests.Shared;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace Cim.Compiler.Tests.Ir;

/// <summary>Nodes that share weights are one layer: on arrays once, used by each of them.</summary>
public sealed class SharedWeightsTests
{
    private static readonly HardwareProfile _isaac = HardwareProfiles.Load("isaac");

    [Fact]
    public void The_steps_of_a_recurrent_layer_use_one_set_of_arrays()
    {
        (Graph graph, LoweredModel lowered) = Lower(RecurrentTests.Lstm(steps: 6).Bytes);
        ProgramStep[] crossbars = [.. lowered.Program.Steps.Where(s => s.Op == ProgramStep.CrossbarOp)];
        Assert.Equal(3, lowered.Program.Layers.Length);
        Assert.Equal([1, 5, 1], Enumerable.Range(0, 3).Select(l => lowered.Program.StepsOf(l).Count()));
        Assert.Equal(7, crossbars.Length);
        Assert.All(lowered.Program.StepsOf(1), s => Assert.Equal(2, s.Inputs.Length)); // the input's part is added in the epilogue

        // Arrays once, products for each step.
        var shape = LayerShapes.Of(graph, _isaac)[1];
        Assert.Equal(5, shape.Mvms);
        var once = ModelCost.Uniform([shape with { Mvms = 1 }], 8, 8, _isaac);
        var all = ModelCost.Uniform([shape], 8, 8, _isaac);
        Assert.Equal(once.Arrays, all.Arrays);
        Assert.Equal(5 * once.Layers[0].AdcConversions, all.Layers[0].AdcConversions);
    }

    [Fact]
    public void Branches_of_a_siamese_network_are_one_layer()
    {
        byte[] model = new ModelBuilder().Input("a", -1, 2, 6, 6).Input("b", -1, 2, 6, 6).Weight("w", 4, 2, 3, 3).Uniform("c", -1, 1, 4)
            .Weight("v", 64, 5).Uniform("d", -1, 1, 5).Weight("h", 3, 5).Output("y")
            .Node("left", "Conv", "a w c", "a1").Node("Relu", "a1", "a2").Node("Flatten", "a2", "a3").Node("ma", "MatMul", "a3 v", "a4")
            .Node("Add", "a4 d", "a5").Node("right", "Conv", "b w c", "b1").Node("Relu", "b1", "b2").Node("Flatten", "b2", "b3")
            .Node("mb", "MatMul", "b3 v", "b4").Node("Add", "b4 d", "b5").Node("Sub", "a5 b5", "s").Node("Abs", "s", "t")
            .Node("head", "Gemm", "t h", "y", ("transB", 1)).Bytes;
        (_, LoweredModel lowered) = Lower(model);
        Assert.Equal(["left", "ma", "head"], lowered.Program.Layers.Select(l => l.Name));
        Assert.Equal([2, 2, 1], Enumerable.Range(0, 3).Select(l => lowered.Program.StepsOf(l).Count()));
    }

    [Fact]
    public void Each_use_has_read_noise_of_its_own()
    {
        // One input, two uses, and their difference: without noise of their own it would be nothing.
        byte[] model = new ModelBuilder().Input("x", -1, 4).Weight("w", 6, 4).Weight("h", 3, 6).Output("y")
            .Node("one", "Gemm", "x w", "a", ("transB", 1)).Node("Relu", "x", "r").Node("Neg", "x", "n")
            .Node("two", "Gemm", "n w", "b", ("transB", 1)).Node("Add", "a b", "y").Bytes;
        (_, LoweredModel lowered) = Lower(model);
        HardwareProfile noisy = _isaac with { ReadNoiseSigma = 0.5 };
        var x = Tensor.Create<float>(new Shape(1, 4), [0.5f, -0.25f, 0.75f, 0]);
        var values = ProgramTrace.Run(lowered.Program, noisy, [x], Fidelity.Device, 3);
        Assert.Contains(values["y"].Span<float>().ToArray(), v => v != 0);
        var exact = ProgramTrace.Run(lowered.Program, noisy, [x], Fidelity.Exact, 3);
        Assert.All(exact["y"].Span<float>().ToArray(), v => Assert.Equal(0, v, 1e-6f));
    }

    /// <summary>A voice-activity network as streaming applications run it: one frame a call, the states of its LSTM in and out.</summary>
    [Fact]
    public void A_streaming_network_follows_the_float_network_over_a_thousand_frames()
    {
        const int Features = 16, Hidden = 24, Frames = 1000;
        byte[] model = new ModelBuilder(17, seed: 4).Input("x", 1, 1, Features).Input("h0", 1, 1, Hidden).Input("c0", 1, 1, Hidden)
            .Weight("e", Features, Features).Uniform("eb", -0.2f, 0.2f, Features)
            .Uniform("w", -0.5f, 0.5f, 1, 4 * Hidden, Features).Uniform("r", -0.35f, 0.35f, 1, 4 * Hidden, Hidden)
            .Uniform("b", -0.3f, 0.3f, 1, 8 * Hidden).Weight("v", Hidden, 1)
            .Node("encode", "MatMul", "x e", "p").Node("Add", "p eb", "q").Node("Relu", "q", "f")
            .Node("memory", "LSTM", "f w r b _ h0 c0", "_ h c", ("hidden_size", Hidden))
            .Node("decide", "MatMul", "h v", "l").Node("Sigmoid", "l", "y").Output("y").Output("h").Output("c").Bytes;
        float[] sound = Sound(2 * Frames, Features);
        using var folder = new TemporaryFolder();
        string path = folder.Write("vad.onnx", model);
        using var session = new OnnxSession(path);

        // States as they come in practice are the calibration data of the states.
        float[][] h = new float[Frames + 1][], c = new float[Frames + 1][];
        (h[0], c[0]) = (new float[Hidden], new float[Hidden]);
        for (int t = 0; t < Frames; t++) (_, h[t + 1], c[t + 1]) = Float(session, sound[(t * Features)..][..Features], h[t], c[t]);
        string data = folder.Write("sound.npz", DataFiles.Npz(
            ("x", DataFiles.Npy("<f4", [Frames, 1, Features], DataFiles.Floats(sound[..(Frames * Features)]))),
            ("h0", DataFiles.Npy("<f4", [Frames, 1, Hidden], DataFiles.Floats([.. h[..Frames].SelectMany(v => v)]))),
            ("c0", DataFiles.Npy("<f4", [Frames, 1, Hidden], DataFiles.Floats([.. c[..Frames].SelectMany(v => v)])))));
        string compiled = folder.At("vad.cim");
        CompilePipeline.Compile(new CompileOptions { ModelPath = path, OutputPath = compiled, Calibration = data });

        using CimModel stream = CimModel.Load(compiled);
        float[] hq = new float[Hidden], cq = new float[Hidden], hf = new float[Hidden], cf = new float[Hidden];
        double largest = 0, sum = 0;
        for (int t = Frames; t < 2 * Frames; t++)
        {
            float[] frame = sound[(t * Features)..][..Features];
            float[] yq = new float[1], hNext = new float[Hidden], cNext = new float[Hidden];
            stream.Run([frame, hq, cq], [yq, hNext, cNext], 1);
            (hq, cq) = (hNext, cNext);
            (float yf, hf, cf) = Float(session, frame, hf, cf);
            largest = Math.Max(largest, Math.Abs(yf - yq[0]));
            sum += Math.Abs(yf - yq[0]);
        }

        Assert.InRange(largest, 1e-7, 0.05);
        Assert.InRange(sum / Frames, 1e-8, 0.01);
    }

    private static (float Y, float[] H, float[] C) Float(OnnxSession session, float[] x, float[] h, float[] c)
    {
        using OrtValue xs = OnnxSession.Tensor(x, [1, 1, x.Length]), hs = OnnxSession.Tensor(h, [1, 1, h.Length]),
            cs = OnnxSession.Tensor(c, [1, 1, c.Length]);
        using var results = session.Run(
            new Dictionary<string, OrtValue>(StringComparer.Ordinal) { ["x"] = xs, ["h0"] = hs, ["c0"] = cs }, ["y", "h", "c"]);
        return (results[0].GetTensorDataAsSpan<float>()[0], results[1].GetTensorDataAsSpan<float>().ToArray(),
            results[2].GetTensorDataAsSpan<float>().ToArray());
    }

    /// <summary>Bursts of a few hundred frames over a floor of noise, smooth in time as spectra are.</summary>
    private static float[] Sound(int frames, int features)
    {
        var random = new Random(11);
        float[] x = new float[frames * features], level = new float[features];
        for (int t = 0; t < frames; t++)
        {
            bool speech = t / 150 % 2 == 1;
            for (int f = 0; f < features; f++)
            {
                float target = (speech ? 1.5f : 0.1f) * (float)(random.NextDouble() - 0.3) * (1 + (f % 3));
                level[f] += 0.3f * (target - level[f]);
                x[(t * features) + f] = level[f];
            }
        }

        return x;
    }

    private static (Graph Graph, LoweredModel Lowered) Lower(byte[] model)
    {
        Graph graph = OnnxImporter.Import(model, null);
        GraphInput input = GraphInput.Of(graph);
        float[] samples = RandomNetworks.Samples(64, input.SampleElements, 5);
        QuantizationPolicy policy = QuantizationPolicy.Uniform(MvmLayers.Find(graph).Select(l => l.NodeName), 8, 8);
        Graph quantized = new PostTrainingQuantizer(new QuantizerOptions())
            .Quantize(graph, input, new CalibrationData(samples, 64, false), policy, null, default);
        LoweredModel lowered = new LayerLowering(policy, _isaac).Lower(quantized);
        LoweredAssert.EqualsOnnxRuntimeAndSurvivesLosslessConverters(quantized, lowered, _isaac, 9);
        return (graph, lowered);
    }
}
