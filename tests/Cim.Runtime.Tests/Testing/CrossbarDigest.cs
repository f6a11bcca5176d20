using System.Runtime.InteropServices;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Crossbar;

namespace Cim.Runtime.Tests.Testing;

/// <summary>A network whose layers take every path of the simulator, on hardware of every kind it distinguishes.</summary>
internal static class CrossbarDigest
{
    /// <summary>Streamed and converted bit by bit, converted once, and read out ideally; one cell pair or slices; all with every random
    /// effect.</summary>
    public static IEnumerable<(string Name, HardwareProfile Profile)> Hardware
    {
        get
        {
            HardwareProfile noisy = TestPrograms.Noisy with
            {
                AdcBits = 6,
                AdcOffsetSigma = 0.3,
                AdcGainSigma = 0.01,
                Drift = new Drift(0.02, 100) { NuSigma = 0.005 },
            };
            yield return ("slices", noisy);
            yield return ("pairs", noisy with { Encoding = WeightEncoding.Differential, CellBits = 7 });
            yield return (
                "pairs-once", noisy with { Encoding = WeightEncoding.Differential, CellBits = 7, AdcPerInputSlice = false, AdcBits = 15 });
            yield return ("ideal-read-out", noisy with { AdcBits = 0, AdcOffsetSigma = 0 });
        }
    }

    /// <summary>The scores of some images as bytes.</summary>
    public static byte[] Run(HardwareProfile profile, Fidelity fidelity, int images, int threads)
    {
        using var model = new CimModel(TestPrograms.Compile(Network(profile)) with { Hardware = profile });
        float[] pixels = TestPrograms.Samples(images, 3 * 16 * 16), scores = new float[images * 10];
        model.Run(pixels, scores, new RunOptions { Fidelity = fidelity, Seed = 7, MaxThreads = threads });
        return MemoryMarshal.AsBytes(scores.AsSpan()).ToArray();
    }

    // 3 x 3 and wide enough for minimal filtering, with a residual, strided, depthwise, and a matrix.
    private static ModelProgram Network(HardwareProfile profile)
    {
        var random = new Random(3);
        var b = new ProgramBuilder();
        var q = new QuantizationParameters(0.02f, 0, 8, false);
        CrossbarLayer first = Layer(new LayerCases.Shape2D(3, 16, 16, 3, 1, 1, 1, 1, 16)),
            second = Layer(new LayerCases.Shape2D(16, 16, 16, 3, 1, 1, 1, 1, 16), residual: true);
        CrossbarLayer third = Layer(new LayerCases.Shape2D(16, 16, 16, 3, 2, 1, 1, 1, 12)),
            fourth = Layer(new LayerCases.Shape2D(12, 8, 8, 3, 2, 1, 1, 12, 12));
        CrossbarLayer last = Mapped(LayerCases.Matrix(random, 12 * 4 * 4, 10, 1, epilogue: Epilogue.None));
        int x = b.Input("image", ElementType.Float32, -1, 3, 16, 16);
        int v = b.Step("QuantizeLinear", null, [x, b.Constant(Tensor.Scalar(0.02f)), b.Constant(Tensor.Scalar((byte)0))], ElementType.UInt8,
            -1, 3, 16, 16);
        v = b.Layer(first, [v], -1, 16, 16, 16);
        v = b.Layer(second, [v, v], -1, 16, 16, 16);
        v = b.Layer(third, [v], -1, 12, 8, 8);
        v = b.Layer(fourth, [v], -1, 12, 4, 4);
        v = b.Step("Flatten", null, [v], ElementType.UInt8, -1, 12 * 4 * 4);
        return b.Build(b.Layer(last, [v], -1, 10));

        CrossbarLayer Layer(LayerCases.Shape2D shape, bool residual = false)
        {
            CrossbarLayer layer = Mapped(
                LayerCases.Convolution(random, shape, epilogue: new Epilogue(residual ? q : null, false, 0, float.PositiveInfinity, q)));
            // Outputs of a few dozen steps, so that no difference is lost in saturation.
            float scale = 40 * q.Scale / (128 * 64 * MathF.Sqrt(layer.RowsPerGroup)) / layer.Input.Scale;
            return layer with { WeightScales = [.. layer.WeightScales.Select(s => s * scale)] };
        }

        CrossbarLayer Mapped(CrossbarLayer layer) => layer with
        {
            Mapping = Mappings.Of(layer.Groups, layer.RowsPerGroup, layer.ColumnsPerGroup, layer.WeightBits, profile.Encoding,
                profile.CellBits, profile.Rows),
            Input = q,
        };
    }
}
