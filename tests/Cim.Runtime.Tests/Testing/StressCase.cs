using Cim.Runtime.Hardware;
using Cim.Runtime.Model;
using Cim.Runtime.Program;

namespace Cim.Runtime.Tests.Testing;

/// <summary>A model with a pool of samples, and what each sample gives when one thread computes it alone.</summary>
internal sealed class StressCase : IDisposable
{
    public const int Samples = 24;

    private static readonly ulong[] _seeds = [1, 2];

    private readonly CompiledModel _compiled;
    private readonly bool _mixesSamples;
    private readonly Dictionary<(Fidelity, ulong), float[][]> _expected = [];
    private CimModel _model;

    private StressCase(ModelProgram program, HardwareProfile hardware, bool mixesSamples = false)
    {
        _mixesSamples = mixesSamples;
        _compiled = TestPrograms.Compile(program) with { Hardware = hardware };
        _model = new CimModel(_compiled);
        Inputs = [.. Info.Inputs.Select((t, i) => TestPrograms.Samples(Samples, t.SampleLength, seed: 40 + i))];
        foreach (Fidelity fidelity in Enum.GetValues<Fidelity>())
            foreach (ulong seed in _seeds)
                _expected.Add((fidelity, seed), Run(Inputs, Samples, new RunOptions { Fidelity = fidelity, Seed = seed, MaxThreads = 1 }));
    }

    public ModelInfo Info => _compiled.Info;

    public CimModel Model => Volatile.Read(ref _model);

    /// <summary>For each input all samples.</summary>
    public float[][] Inputs { get; }

    /// <summary>One to four inputs and outputs; images; matrices; a batch that is one piece of work; a fixed shape.</summary>
    public static StressCase[] All() =>
    [
        new(TestPrograms.Several(1, 1), TestPrograms.Noisy),
        new(TestPrograms.Several(2, 1), TestPrograms.Noisy),
        new(TestPrograms.Several(2, 2), TestPrograms.Noisy),
        new(TestPrograms.Several(3, 4), TestPrograms.Noisy),
        new(TestPrograms.Several(4, 3), TestPrograms.Noisy),
        new(TestPrograms.Convolutional(), TestPrograms.Noisy),
        new(TestPrograms.Convolutional(batch: 1), TestPrograms.Isaac),
        new(TestPrograms.ComputedShape(), TestPrograms.Isaac),
        new(TestPrograms.AcrossImages(), TestPrograms.Isaac, mixesSamples: true),
    ];

    /// <summary>What some neighbouring samples must give.</summary>
    public float[][] Expected(RunOptions options, int first, int count)
    {
        if (!_mixesSamples)
            return [.. _expected[(options.Fidelity, options.Seed)]
                .Select((all, o) => Slice(all, Info.Outputs[o].SampleLength, first, count))];
        // Every batch has a result of its own; a model nobody else uses computes it.
        using var alone = new CimModel(_compiled);
        float[][] outputs = Outputs(count);
        alone.Run([.. Inputs.Select((x, i) => (ReadOnlyMemory<float>)Slice(x, Info.Inputs[i].SampleLength, first, count))],
            [.. outputs.Select(o => o.AsMemory())], count, options with { MaxThreads = 1 });
        return outputs;
    }

    public static RunOptions Options(Random random, int first) => new()
    {
        Fidelity = random.Next(8) switch { 0 => Fidelity.Circuit, 1 => Fidelity.Device, < 4 => Fidelity.Adc, _ => Fidelity.Exact },
        Seed = _seeds[random.Next(_seeds.Length)],
        FirstSample = first,
        MaxThreads = random.Next(5),
    };

    /// <summary>Disposes the model while others may run it; they find a new one.</summary>
    public void Replace() => Interlocked.Exchange(ref _model, new CimModel(_compiled)).Dispose();

    public void Dispose() => Model.Dispose();

    public float[][] Outputs(int count) => [.. Info.Outputs.Select(o => new float[count * o.SampleLength])];

    public static float[] Slice(float[] all, int length, int first, int count) => all.AsSpan(first * length, count * length).ToArray();

    private float[][] Run(float[][] inputs, int count, RunOptions options)
    {
        float[][] outputs = Outputs(count);
        _model.Run([.. inputs.Select(x => (ReadOnlyMemory<float>)x)], [.. outputs.Select(o => o.AsMemory())], count, options);
        return outputs;
    }
}
