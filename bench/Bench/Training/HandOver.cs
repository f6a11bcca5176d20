using Cim.Bench.Common.Data;
using Cim.Bench.Common.Results;
using Cim.Compiler;
using Cim.Compiler.Pipeline;
using Cim.Runtime;
using Cim.Training.Data;
using Cim.Training.Ort;
using Cim.Training.Quantization;
using Google.Protobuf;
using static System.FormattableString;

namespace Cim.Bench.Training;

/// <summary>
/// Compiles a network after quantization-aware training and compares its predictions, image by image, with those of the training graph.
/// </summary>
internal static class HandOver
{
    /// <summary>Adds a line with the number of equal predictions.</summary>
    public static void Run(QuantizedNetwork trained, Predictor predictor, SampleSet test, ResultReport report)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("trained.onnx");
        File.WriteAllBytes(path, QuantizedExport.ToOnnx(trained).ToByteArray());
        string output = folder.File("trained.cim");
        CompilePipeline.Compile(new CompileOptions { ModelPath = path, Hardware = "isaac", OutputPath = output });
        using CimModel compiled = CimModel.Load(output);
        float[] expected = predictor.Predict(test);
        int classes = expected.Length / test.Count;
        var actual = new float[classes];
        (int agree, int correct) = (0, 0);
        float largest = 0;
        for (int i = 0; i < test.Count; i++)
        {
            compiled.Run(test.Sample(i), actual, new RunOptions { Fidelity = Fidelity.Exact });
            ReadOnlySpan<float> wanted = expected.AsSpan(i * classes, classes);
            int prediction = Predictor.ArgMax(actual);
            agree += prediction == Predictor.ArgMax(wanted) ? 1 : 0;
            correct += prediction == test.Labels![i] ? 1 : 0;
            for (int c = 0; c < classes; c++)
                largest = Math.Max(largest, Math.Abs(actual[c] - wanted[c]));
        }

        report.Line(Invariant($"- compiled, exact: {agree}/{test.Count} predictions as in the training graph, {correct} correct, ")
            + Invariant($"largest difference of a logit {largest:G3}"));
    }
}
