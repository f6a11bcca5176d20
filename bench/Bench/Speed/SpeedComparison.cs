using System.Diagnostics;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;
using Cim.Runtime;
using Cim.Runtime.Format;
using Cim.Runtime.Model;
using static System.FormattableString;

namespace Cim.Bench.Speed;

/// <summary>
/// A network at every fidelity, beside ONNX Runtime with the float network and with the quantized one. All contenders of a batch size
/// and number of threads run in turn, round after round, so that whatever else the machine does meets all of them alike; a ratio is
/// the median of the ratios within the rounds.
/// </summary>
/// <param name="options">How contenders are timed.</param>
/// <param name="models">What is compared.</param>
internal sealed class SpeedComparison(ComparisonOptions options, ComparedModels models)
{
    private static readonly string[] _columns =
        ["network", "contender", "batch", "threads", "ms/image", "spread", "images/s", "x float", "x int8"];

    private readonly List<string[]> _rows = [];
    private double _exactPerSecond;

    /// <summary>Measures, and writes the table as Markdown and CSV.</summary>
    public void Run(BenchRun run, string name)
    {
        using FileStream stream = File.OpenRead(models.Compiled);
        CompiledModel compiled = ModelReader.Read(stream);
        double macs = compiled.Program.Layers.Sum(l => (double)l.RowsPerGroup * l.Outputs * l.PositionsPerImage);
        double peak = Peak.ByteProducts(), shorts = Peak.ShortProducts();
        FidelityContender[] contenders =
            [.. FidelityContender.Of(compiled).Where(c => options.Contenders.Length == 0 || options.Contenders.Contains(c.Name))];
        foreach (FidelityContender contender in contenders) contender.PrepareTimed();
        foreach (int batch in options.Batches)
            foreach (int threads in options.Threads)
                Measure(name, compiled.Info, contenders, new Setting(batch, threads, macs));
        ResultReport report = run.Report(name);
        report.Head(_columns);
        foreach (string[] row in _rows) report.Row(row);
        report.Line();
        if (_exactPerSecond > 0)
            report.Line(Invariant($"- {macs / 1e6:F1} million multiply-accumulates an image. One thread can do {peak / 1e9:F0} G byte ")
                + Invariant($"products/s (AVX2 multiply-add of bytes, not exact for 8 x 8 bits) and {shorts / 1e9:F0} G of the 16-bit ")
                + Invariant($"products that are exact; in products of the plain algorithm `exact` does {_exactPerSecond / 1e9:F0} G/s: ")
                + Invariant($"{_exactPerSecond / peak:P0} and {_exactPerSecond / shorts:P0}."));
        foreach (FidelityContender c in contenders)
            report.Line(Invariant($"- {c.Name}: {c.Description}; ready in {c.PreparedSeconds:F1} s; ")
                + MemoryCommand.Measure(models.Compiled, c.Name));
        foreach (FidelityContender c in contenders) c.Dispose();
        report.Line(Invariant($"- {options.Rounds} rounds, each the best of runs for {options.Milliseconds} ms; spread is the fastest to ")
            + $"the slowest round. Load of the machine: {MachineLoad.Text()}.");
        ResultFile.WriteCsv(Path.Combine(run.OutputFolder, name + ".csv"), run.Command, ResultFile.Csv(_columns, _rows));
    }

    private void Measure(string name, ModelInfo info, FidelityContender[] contenders, Setting setting)
    {
        float[] input = new float[setting.Batch * info.Inputs[0].SampleLength];
        float[] output = new float[setting.Batch * info.Outputs[0].SampleLength];
        var random = new Random(1);
        for (int i = 0; i < input.Length; i++) input[i] = (float)((random.NextDouble() * 4) - 2);
        long[] shape = [setting.Batch, .. info.Inputs[0].Shape.Skip(1).Select(d => (long)d)];
        using OnnxContender? original = Create(models.Original), quantized = Create(models.Quantized);
        List<(string Name, Action Run)> all = [];
        if (original is not null) all.Add(("ONNX Runtime float", original.Run));
        if (quantized is not null) all.Add(("ONNX Runtime int8 (QDQ)", quantized.Run));
        foreach (FidelityContender c in contenders) all.Add((c.Name, () => c.Run(input, output, setting.Threads)));
        double[][] ms = Rounds([.. all.Select(contender => contender.Run)], setting.Batch);
        for (int i = 0; i < all.Count; i++)
        {
            double[] sorted = [.. ms[i].Order()];
            double median = sorted[sorted.Length / 2];
            if (all[i].Name == "exact" && setting.Threads == 1)
                _exactPerSecond = Math.Max(_exactPerSecond, setting.Macs / (median * 1e-3));
            _rows.Add(
            [
                name, all[i].Name, Invariant($"{setting.Batch}"), Invariant($"{setting.Threads}"), Text(median),
                $"{Text(sorted[0])} .. {Text(sorted[^1])}", Text(1000 / median), original is null ? "" : Ratio(ms[0], ms[i]),
                quantized is null ? "" : Ratio(ms[original is null ? 0 : 1], ms[i]),
            ]);
        }

        OnnxContender? Create(string? path) => path is null ? null : new OnnxContender(path, setting.Threads, input, shape);
    }

    /// <summary>Milliseconds an image by contender and round; the first two rounds are for the just-in-time compiler.</summary>
    private double[][] Rounds(Action[] contenders, int batch)
    {
        double[][] ms = [.. contenders.Select(_ => new double[options.Rounds])];
        for (int round = -2; round < options.Rounds; round++)
            for (int i = 0; i < contenders.Length; i++)
            {
                double best = Best(contenders[i]) / batch;
                if (round >= 0) ms[i][round] = best;
            }

        return ms;
    }

    // The best run within a time: what others do on the machine can only add.
    private double Best(Action run)
    {
        double best = double.MaxValue;
        long begin = Stopwatch.GetTimestamp();
        do
        {
            long start = Stopwatch.GetTimestamp();
            run();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        while (Stopwatch.GetElapsedTime(begin).TotalMilliseconds < options.Milliseconds);
        return best;
    }

    private static string Ratio(double[] reference, double[] own)
    {
        double[] ratios = [.. reference.Zip(own, (r, o) => r / o).Order()];
        return Text(ratios[ratios.Length / 2]);
    }

    private static string Text(double v) => v switch
    {
        >= 100 => Invariant($"{v:F0}"),
        >= 10 => Invariant($"{v:F1}"),
        >= 1 => Invariant($"{v:F2}"),
        _ => Invariant($"{v:F3}"),
    };

    /// <summary>What one table section is measured at.</summary>
    private sealed record Setting(int Batch, int Threads, double Macs);
}
