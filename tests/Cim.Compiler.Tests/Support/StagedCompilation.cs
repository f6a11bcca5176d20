using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Data;
using Cim.Tests.Shared;

namespace Cim.Compiler.Tests.Support;

/// <summary>A compilation that stops after any stage: a small network of four layers with labels that it gives itself.</summary>
internal sealed class StagedCompilation : IDisposable
{
    private const int Samples = 48;

    private readonly TemporaryFolder _folder = new();

    public StagedCompilation()
    {
        byte[] model = RandomNetworks.Chain(1);
        string path = _folder.Write("net.onnx", model);
        GraphInput input = GraphInput.Of(RandomNetworks.Import(model));
        float[] x = RandomNetworks.Samples(Samples, input.SampleElements, 9);
        using var session = new OnnxSession(path);
        long[] labels = new long[Samples];
        using (var y = session.Run(input.Split(0, Samples, x), ["y"]))
            for (int i = 0; i < Samples; i++) labels[i] = Accuracy.ArgMax(y[0].GetTensorDataAsSpan<float>().Slice(i * 5, 5));
        Data = _folder.Write("data.npz", DataFiles.Npz(
            ("x", DataFiles.Npy("<f4", [.. input.Ports[0].Dims(Samples)], DataFiles.Floats(x))),
            ("y", DataFiles.Npy("<i8", [Samples], DataFiles.Longs(labels)))));
        Options = new CompileOptions
        {
            ModelPath = path, OutputPath = _folder.At("net.cim"), Calibration = Data, Evaluation = Data,
        };
    }

    /// <summary>8 bits, with calibration and evaluation data.</summary>
    public CompileOptions Options { get; }

    /// <summary>The labelled samples.</summary>
    public string Data { get; }

    /// <summary>The progress lines of the latest run.</summary>
    public ProgressLines Lines { get; private set; } = new();

    /// <summary>The codes of the warnings of the latest run.</summary>
    public ImmutableArray<string> Warnings { get; private set; } = [];

    public string At(string name) => _folder.At(name);

    public void Dispose() => _folder.Dispose();

    public CompileContext Context(CompileOptions? options = null, CancellationToken cancellation = default) =>
        new(options ?? Options, Lines = new ProgressLines(), null, cancellation);

    /// <summary>The state after a stage, and whether the stage itself ran.</summary>
    public CompileState After(string stage, CompileOptions? options = null)
    {
        CompileContext context = Context(options);
        ImmutableArray<ICompileStage> stages = CompileStages.Compile();
        int last = stages.Select(s => s.Name).ToList().IndexOf(stage);
        CompileState state = new StageRunner(context).Run(new CompileState(), stages[..(last + 1)]);
        Warnings = [.. context.Warnings.Select(w => w.Code)];
        return state;
    }

    /// <summary>Whether a stage is among those that ran.</summary>
    public static bool Ran(CompileState state, string stage) => state.Times.Any(t => t.Name == stage);
}
