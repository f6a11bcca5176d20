using System.Collections.Immutable;
using Cim.Compiler.Reporting;

namespace Cim.Compiler.Tests.Reporting;

/// <summary>A made-up report of three layers; only its form is tested, none of its figures was measured.</summary>
internal static class ExampleReport
{
    public static CompilationReport Create() => new()
    {
        SdkVersion = "0.1.0",
        Model = new ModelReport("Example", "example.onnx", new string('0', 64), 120_000, 1_600_000,
            [new TensorReport("image", "float32", [-1, 1, 28, 28])], [new TensorReport("scores", "float32", [-1, 10])]),
        Hardware = new HardwareReport
        {
            Name = "isaac",
            Rows = 128,
            Columns = 128,
            CellBits = 2,
            DacBits = 1,
            AdcBits = 8,
            Encoding = "offset",
            AdcRange = "calibrated",
        },
        Options = new OptionsReport("uniform", "energy", 0.5, "calibration.npz", 512, 1),
        Evaluation = new EvaluationReport("test.npz", 2000),
        Float = new VariantReport { Accuracies = [new("float", 1830, 2000)], WeightMemoryBits = 32 * 120_000 },
        Baseline = new VariantReport
        {
            Accuracies = [new("exact", 1829, 2000), new("adc", 1822, 2000)],
            WeightMemoryBits = 8 * 120_000,
            Cost = new CostReport(123_456, 987_654, 4_500_000, 75),
        },
        Compiled = new VariantReport
        {
            Accuracies = [new("adc", 1821, 2000), new("exact", 1827, 2000)],
            WeightMemoryBits = 5 * 120_000,
            Cost = new CostReport(101_000, 612_000, 3_100_000, 52),
        },
        Layers =
        [
            Layer("/conv1/Conv", "Conv", [1, 28, 28], [16, 28, 28], [5, 5], 25, 16, 784, 6, 0.012, 0.012, 1),
            Layer("/conv2/Conv", "Conv", [16, 14, 14], [32, 10, 10], [5, 5], 400, 32, 100, 4, 0.061, 0.058, 16),
            Layer("/fc1/Gemm", "Gemm", [800], [120], [], 800, 120, 1, 5, 0.07, 0.021, 35),
        ],
        Diagnostics = [new DiagnosticReport("CIM3002", "warning", "An example of a warning.")],
        Seconds = 4.2,
    };

    public static CompilationReport With(params ReadOnlySpan<double?> ownErrors)
    {
        CompilationReport report = Create();
        ImmutableArray<LayerReport>.Builder layers = report.Layers.ToBuilder();
        for (int i = 0; i < layers.Count; i++)
            layers[i] = layers[i] with { OwnRelativeL2Error = ownErrors[i], RelativeL2Error = null };
        return report with { Layers = layers.ToImmutable() };
    }

    private static LayerReport Layer(
        string name, string op, int[] input, int[] output, int[] kernel, int rows, int columns, long mvms, int bits,
        double error, double own, long arrays) => new()
        {
            Name = name, Operator = op, InputShape = [.. input], OutputShape = [.. output], Kernel = [.. kernel],
            Rows = rows, Columns = columns, Mvms = mvms, WeightBits = bits, ActivationBits = 8, AdcBits = 8,
            Arrays = arrays, Utilisation = 0.61, Cosine = 1 - (error * error / 2), RelativeL2Error = error,
            OwnRelativeL2Error = own, AdcSaturation = own / 20, LatencyNs = 100 * mvms, EnergyPj = 37.5 * mvms * arrays,
            AdcConversions = 8 * mvms * columns * 4,
        };
}
