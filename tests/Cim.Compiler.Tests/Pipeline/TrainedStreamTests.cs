using Cim.Compiler.Evaluation;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Data;
using Cim.Runtime;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace Cim.Compiler.Tests.Pipeline;

/// <summary>
/// The trained networks of samples/Streaming over 1,000 frames with their states fed back, beside ONNX Runtime in float32 on its own
/// states:
/// nearly every frame has the same class, and the error after a thousand frames is that after a hundred.
/// </summary>
public sealed class TrainedStreamTests : IDisposable
{
    private const int Frames = 1000, Bands = 16;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("vad", 2, 32, 0.99)]
    [InlineData("kws", 1, 48, 0.98)]
    public void A_stream_follows_the_float_network(string name, int states, int hidden, double sameClass)
    {
        string sample = Sample(), model = Path.Combine(sample, "models", name + ".onnx"), compiled = _folder.At(name + ".cim");
        CompilePipeline.Compile(new CompileOptions
        {
            ModelPath = model, OutputPath = compiled, Calibration = Path.Combine(sample, "data", name + ".npz"),
        });
        byte[] file = File.ReadAllBytes(Path.Combine(sample, "data", "stream.npy"));
        float[] stream = new float[Frames * Bands];
        Buffer.BlockCopy(file, file.Length - (4 * stream.Length), stream, 0, 4 * stream.Length);

        using CimModel cim = CimModel.Load(compiled);
        using var session = new OnnxSession(model);
        int classes = cim.Info.Outputs[0].SampleLength, same = 0;
        float[][] own = [.. Enumerable.Range(0, states).Select(_ => new float[hidden])];
        float[][] wanted = [.. Enumerable.Range(0, states).Select(_ => new float[hidden])];
        double dot = 0, square = 0, other = 0, early = 0, late = 0;
        float[] scores = new float[classes];
        for (int t = 0; t < Frames; t++)
        {
            float[] frame = stream[(t * Bands)..][..Bands];
            // The new state is written over the old one, as the sample does.
            cim.Run([frame, .. own.Select(s => new ReadOnlyMemory<float>(s))], [scores, .. own.Select(s => s.AsMemory())], 1);
            float[] expected = Float(session, frame, wanted, hidden);
            if (Accuracy.ArgMax(scores) == Accuracy.ArgMax(expected)) same++;
            for (int i = 0; i < classes; i++)
                (dot, square, other) = (
                    dot + (scores[i] * expected[i]), square + (scores[i] * scores[i]), other + (expected[i] * expected[i]));
            double error = own[0].Zip(wanted[0], (a, b) => Math.Abs(a - b)).Average();
            if (t is >= 50 and < 300) early += error / 250;
            if (t >= Frames - 250) late += error / 250;
        }

        Assert.True(same >= sameClass * Frames, $"{same} of {Frames} frames have the class of the float network.");
        Assert.True(dot / Math.Sqrt(square * other) >= 0.995, $"The cosine is {dot / Math.Sqrt(square * other)}.");
        Assert.InRange(late, 0, (2 * early) + 0.005);
    }

    /// <summary>One step in float32; the states are replaced by the new ones.</summary>
    private static float[] Float(OnnxSession session, float[] frame, float[][] states, int hidden)
    {
        using var feeds = new NamedValues { ["frame"] = OnnxSession.Tensor(frame, [1, 1, Bands]) };
        string[] names = ["h", "c"];
        for (int i = 0; i < states.Length; i++) feeds[names[i]] = OnnxSession.Tensor(states[i], [1, 1, hidden]);
        using var y = session.Run(feeds, [.. session.Outputs]);
        float[] scores = OnnxSession.Floats(y[0]).ToArray();
        for (int i = 0; i < states.Length; i++) states[i] = OnnxSession.Floats(y[i + 1]).ToArray();
        return scores;
    }

    private static string Sample()
    {
        DirectoryInfo? d = new(AppContext.BaseDirectory);
        while (d is not null && !File.Exists(Path.Combine(d.FullName, "Cim.Sdk.sln"))) d = d.Parent;
        return Path.Combine(d!.FullName, "samples", "Streaming");
    }
}
