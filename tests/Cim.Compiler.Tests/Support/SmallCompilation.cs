using System.Collections.Immutable;
using Cim.Compiler.Import;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Data;
using Cim.Runtime;
using Cim.Tests.Shared;

namespace Cim.Compiler.Tests.Support;

/// <summary>Compiles a small network on samples given as numbers, and runs both.</summary>
internal sealed class SmallCompilation : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly GraphInput _input;
    private readonly float[] _samples;
    private readonly int _count;

    public SmallCompilation(ModelBuilder model, float[] samples, long[]? labels = null) : this(model.Bytes, samples, labels)
    {
    }

    public SmallCompilation(byte[] model, float[] samples, long[]? labels = null)
    {
        _input = GraphInput.Of(OnnxImporter.Import(model, null));
        (_samples, _count) = (samples, samples.Length / _input.SampleElements);
        Options = new CompileOptions
        {
            ModelPath = _folder.Write("net.onnx", model), OutputPath = _folder.At("net.cim"),
                Calibration = Write("data.npz", samples, labels),
        };
    }

    /// <summary>8 bits and the samples as calibration data.</summary>
    public CompileOptions Options { get; }

    /// <summary>The codes of the warnings of the latest compilation.</summary>
    public ImmutableArray<string> Warnings { get; private set; } = [];

    /// <summary>A path in the folder of the network.</summary>
    public string At(string name) => _folder.At(name);

    public void Dispose() => _folder.Dispose();

    /// <summary>Writes a data file.</summary>
    public string Write(string name, float[] samples, long[]? labels)
    {
        int count = samples.Length / _input.SampleElements;
        byte[] x = DataFiles.Npy("<f4", [.. _input.Ports[0].Dims(count)], DataFiles.Floats(samples));
        return _folder.Write(name, DataFiles.Npz(
            labels is null ? [("x", x)] : [("x", x), ("y", DataFiles.Npy("<i8", [labels.Length], DataFiles.Longs(labels)))]));
    }

    /// <summary>Compiles; throws what the compilation throws.</summary>
    public CompileResult Compile(Func<CompileOptions, CompileOptions>? change = null)
    {
        CompileResult result = CompilePipeline.Compile(change?.Invoke(Options) ?? Options);
        Warnings = [.. result.Warnings.Select(w => w.Code)];
        return result;
    }

    /// <summary>What the compiled network gives for the samples.</summary>
    public float[] Compiled()
    {
        using CimModel model = CimModel.Load(Options.OutputPath!);
        float[] y = new float[model.Info.Outputs[0].SampleLength * _count];
        model.Run([_samples], [y], _count);
        return y;
    }

    /// <summary>What the float network gives.</summary>
    public float[] Float()
    {
        using var session = new OnnxSession(Options.ModelPath);
        using var y = session.Run(_input.Split(0, _count, _samples), [session.Outputs[0]]);
        return OnnxSession.Floats(y[0]).ToArray();
    }

    /// <summary>The largest difference between both, as a share of the largest output.</summary>
    public double Difference()
    {
        float[] wanted = Float(), actual = Compiled();
        double largest = wanted.Max(v => Math.Abs((double)v));
        return wanted.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max() / Math.Max(largest, double.Epsilon);
    }
}
