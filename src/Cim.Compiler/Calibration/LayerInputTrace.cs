using Cim.Compiler.Ort;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Execution;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Calibration;

/// <summary>Runs a program with exact sums and shows what each layer reads, a few samples at a time.</summary>
internal sealed class LayerInputTrace
{
    /// <summary>Bytes of layers' inputs in memory at once (16 MiB), and samples of a run where they are small.</summary>
    private const long MaxBytes = 1L << 24;

    private const int MostSamples = 4;

    private readonly ModelProgram _program;
    private readonly GraphInput _input;
    private readonly PreparedLayer[] _layers;
    private readonly string[][] _names;
    private readonly HashSet<string> _wanted;

    /// <param name="program">The program.</param>
    /// <param name="profile">Its hardware.</param>
    /// <param name="input">Its input.</param>
    public LayerInputTrace(ModelProgram program, HardwareProfile profile, GraphInput input)
    {
        (_program, _input) = (program, input);
        _layers = [.. program.Layers.Select((layer, i) => CrossbarSimulator.Prepare(layer, i, profile, Fidelity.Exact, 0))];
        _names = [.. program.Layers.Select((_, i) => program.StepsOf(i).Select(s => program.Values[s.Inputs[0]].Name).ToArray())];
        _wanted = _names.SelectMany(n => n).ToHashSet(StringComparer.Ordinal);
        long bytes = program.Values.Where(v => v.Constant is null && _wanted.Contains(v.Name)).Sum(v => v.Shape.Bind(1).Elements);
        Batch = (int)Math.Clamp(MaxBytes / Math.Max(1, bytes), 1, MostSamples);
    }

    /// <summary>Samples of a run.</summary>
    public int Batch { get; }

    /// <summary>Runs samples.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="read">Gets a layer, what it reads, and how many times the layer is used on that.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public void Run(CalibrationData data, int limit, Action<int, Tensor, int> read, CancellationToken cancellation)
    {
        long unit = 0;
        foreach (SampleRun run in data.Runs(_input, Batch, limit))
        {
            cancellation.ThrowIfCancellationRequested();
            Dictionary<string, Tensor> results = ProgramTrace.Run(_program, _layers, run.Tensors(), unit, _wanted);
            unit += run.Count;
            for (int i = 0; i < _names.Length; i++)
                foreach (string name in _names[i]) read(i, results[name], Images(_program.Layers[i], results[name]));
        }
    }

    private static int Images(CrossbarLayer layer, Tensor input) => layer.Geometry is { } g
        ? input.Length / (g.InputChannels * g.InputHeight * g.InputWidth)
        : input.Length / (layer.Groups * layer.RowsPerGroup * layer.PositionsPerImage);
}
