using Cim.Compiler.Evaluation;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Data;
using Cim.Tests.Shared;

namespace Cim.Compiler.Tests.Support;

/// <summary>A small network and labelled samples as files, for whole compilations.</summary>
internal sealed class ChainCompilation : IDisposable
{
    public const int Samples = 48;

    private readonly string _model;

    public ChainCompilation()
    {
        // Labels are what the float network says, so its accuracy is 1 by construction.
        _model = Folder.Write("net.onnx", RandomNetworks.Chain(1));
        GraphInput input = GraphInput.Of(RandomNetworks.Import(RandomNetworks.Chain(1)));
        float[] x = RandomNetworks.Samples(Samples, input.SampleElements, 9);
        using var session = new OnnxSession(_model);
        long[] labels = new long[Samples];
        using (var y = session.Run(input.Split(0, Samples, x), ["y"]))
            for (int i = 0; i < Samples; i++) labels[i] = Accuracy.ArgMax(y[0].GetTensorDataAsSpan<float>().Slice(i * 5, 5));
        Data = Folder.Write("data.npz", DataFiles.Npz(
            ("x", DataFiles.Npy("<f4", [.. input.Ports[0].Dims(Samples)], DataFiles.Floats(x))),
            ("y", DataFiles.Npy("<i8", [Samples], DataFiles.Longs(labels)))));
    }

    public TemporaryFolder Folder { get; } = new();

    /// <summary>The file of samples.</summary>
    public string Data { get; }

    public CompileOptions Options(string output = "net.cim") => new()
    {
        ModelPath = _model, OutputPath = Folder.At(output), Calibration = Data, Evaluation = Data,
    };

    /// <summary>All files there are, in order.</summary>
    public string[] Files() =>
        [.. Directory.GetFiles(Folder.Path, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder.Path, f))
            .Order(StringComparer.Ordinal)];

    public void Dispose() => Folder.Dispose();
}
