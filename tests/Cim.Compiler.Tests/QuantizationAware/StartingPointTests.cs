using Cim.Compiler.Export;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.QuantizationAware;
using Cim.Compiler.Tests.Support;
using Cim.Training.Data;
using Cim.Training.Ort;
using Cim.Training.Quantization;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.QuantizationAware;

/// <summary>The network a training starts from.</summary>
public sealed class StartingPointTests
{
    [Fact]
    public void Training_starts_from_the_integers_rounding_made()
    {
        Graph graph = OnnxImporter.Import(TrainingCompilation.Trained, null);
        SampleSet samples = NoisyPatterns.Samples(64, 9);
        QuantizationPolicy policy = QuantizationPolicy.Uniform(MvmLayers.Find(graph).Select(l => l.NodeName), 3, 4);
        Graph rounded = new PostTrainingQuantizer(new QuantizerOptions())
            .Quantize(graph, GraphInput.Of(graph), new CalibrationData(samples.Values, 64, false), policy, null, default);
        QuantizedNetwork start = StartingPoint.Of(new TrainingStart(graph, rounded, policy), samples, null, default);
        foreach ((MvmLayer expected, QuantizedLayer actual) in MvmLayers.Find(rounded).Zip(start.Layers))
        {
            QuantizedWeights weights = QuantizedWeights.Read(rounded, expected)!;
            Assert.Equal(weights.Integers.Span<sbyte>().ToArray().Select(q => (int)q), actual.Codes());
            Assert.Equal(weights.Scales.ToArray(), actual.WeightStep.Values);
        }

        using var predictor = new Predictor(start.Network, 64);
        using var session = new OnnxSession(OnnxExporter.Export(rounded).ToByteArray(), "rounded");
        using var y = session.Run(GraphInput.Of(graph).Split(0, 64, samples.Values), [graph.Outputs[0]]);
        Assert.All(predictor.Predict(samples).Zip(y[0].GetTensorDataAsSpan<float>().ToArray()),
            pair => Assert.Equal(pair.Second, pair.First, 1e-3f));
    }
}
