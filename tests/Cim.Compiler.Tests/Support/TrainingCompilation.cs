using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Data;

namespace Cim.Compiler.Tests.Support;

/// <summary>A trained network of noisy patterns, and samples to compile and train it with, as files.</summary>
internal sealed class TrainingCompilation : IDisposable
{
    public const int TrainingSamples = 2048, EvaluationSamples = 512;

    private readonly string _model;

    public TrainingCompilation()
    {
        _model = Folder.Write("net.onnx", Trained);
        Evaluation = Data("evaluation.npz", EvaluationSamples, 5, labelled: true);
    }

    public static byte[] Trained { get; } = NoisyPatterns.Network(
        1024, 6, 0.05, "conv 6 3x3 pad 1", "relu", "linear 12", "relu", "linear 10");

    public TemporaryFolder Folder { get; } = new();

    /// <summary>The file of labelled evaluation samples.</summary>
    public string Evaluation { get; }

    public string Data(string name, int count, ulong seed, bool labelled) => NoisyPatterns.Write(Folder, name, count, seed, labelled);

    /// <summary>A training of four epochs at two bits.</summary>
    public CompileOptions Options(string output = "net.cim", bool labelled = true) => new()
    {
        ModelPath = _model, OutputPath = Folder.At(output), Calibration = Evaluation, Evaluation = Evaluation,
        WeightBits = 2, ActivationBits = 2,
        Training = Data($"training-{labelled}.npz", TrainingSamples, 3, labelled), Epochs = 4,
        TrainingCheckpoint = Folder.At(output + ".training"),
    };

    public void Dispose() => Folder.Dispose();
}
