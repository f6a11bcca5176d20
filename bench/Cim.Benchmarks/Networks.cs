using System.Diagnostics;
using System.Globalization;
using Cim.Runtime;
using Cim.Runtime.Format;
using Cim.Runtime.Hardware;

namespace Cim.Benchmarks;

/// <summary>
/// Whole networks, next to ONNX Runtime with the float network and with the quantized one. All contenders of a batch size and
/// number of threads run in turn, round after round, so that whatever else the machine does meets all of them alike; a ratio is
/// the median of the ratios within the rounds.
/// </summary>
internal sealed class Networks
{
    private readonly Options _options;
    private readonly ResultTable _table = new(
        "network", "contender", "batch", "threads", "ms/image", "spread", "images/s", "x float", "x int8");
    private readonly List<string> _notes = [];

    private Networks(Options options) => _options = options;

    /// <summary>Runs the comparison that the arguments describe and writes its table.</summary>
    public static void Run(string[] args)
    {
        var networks = new Networks(Options.Parse(args));
        networks.Measure();
        networks.Write();
    }

    private void Measure()
    {
        using FileStream stream = File.OpenRead(_options.Model);
        CompiledModel compiled = ModelReader.Read(stream);
        string name = Path.GetFileNameWithoutExtension(_options.Model);
        double macs = compiled.Program.Layers.Sum(l => (double)l.RowsPerGroup * l.Outputs * l.PositionsPerImage);
        double peak = Peak.ByteProducts(), words = Peak.WordProducts();
        List<Contender> contenders = [
            .. Contender.Of(compiled).Where(c => _options.Contenders.Length == 0 || _options.Contenders.Contains(c.Name))];
        foreach (Contender contender in contenders)
        {
            long start = Stopwatch.GetTimestamp();
            contender.Prepare();
            contender.PreparedSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        long[] shape = [.. compiled.Info.Inputs[0].Shape.Skip(1).Select(d => (long)d)];
        int length = compiled.Info.Inputs[0].SampleLength, outputs = compiled.Info.Outputs[0].SampleLength;
        double exact = 0;
        foreach (int batch in _options.Batches)
        foreach (int threads in _options.Threads)
        {
            float[] input = new float[batch * length], output = new float[batch * outputs];
            var random = new Random(1);
            for (int i = 0; i < input.Length; i++) input[i] = (float)((random.NextDouble() * 4) - 2);
            using OnnxContender? single = OnnxContender.Of(_options.FloatModel, batch, threads, input, shape);
            using OnnxContender? quantized = OnnxContender.Of(_options.QuantizedModel, batch, threads, input, shape);
            List<(string Name, Action Run)> all = [];
            if (single is not null) all.Add(("ONNX Runtime float", single.Run));
            if (quantized is not null) all.Add(("ONNX Runtime int8 (QDQ)", quantized.Run));
            foreach (Contender c in contenders) all.Add((c.Name, () => c.Run(input, output, threads)));
            double[][] ms = [.. all.Select(_ => new double[_options.Rounds])];
            // The first rounds are for the just-in-time compiler.
            for (int round = -2; round < _options.Rounds; round++)
            for (int i = 0; i < all.Count; i++)
            {
                double best = Time(all[i].Run) / batch;
                if (round >= 0) ms[i][round] = best;
            }
            for (int i = 0; i < all.Count; i++)
            {
                double[] sorted = [.. ms[i].Order()];
                double median = sorted[sorted.Length / 2];
                if (all[i].Name == "exact" && threads == 1) exact = Math.Max(exact, macs / (median * 1e-3));
                _table.Add(name, all[i].Name, batch, threads, Text(median), $"{Text(sorted[0])} .. {Text(sorted[^1])}", Text(1000 / median),
                    single is null ? "" : Ratio(ms[0], ms[i]), quantized is null ? "" : Ratio(ms[single is null ? 0 : 1], ms[i]));
            }
        }
        if (exact > 0)
        {
            _notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"{macs / 1e6:F1} million multiply-accumulates an image. One thread can do {peak / 1e9:F0} G byte products/s (AVX2 "
                    + $"multiply-add of bytes, not exact for 8 x 8 bits) and {words / 1e9:F0} G of the 16-bit products that are exact; in "
                    + $"products of the plain algorithm `exact` does {exact / 1e9:F0} G/s: {exact / peak:P0} and {exact / words:P0}."));
        }
        foreach (Contender c in contenders)
            _notes.Add(string.Create(
                CultureInfo.InvariantCulture, $"{c.Name}: {c.Description}; ready in {c.PreparedSeconds:F1} s; {Memory(c.Name)}"));
        foreach (Contender c in contenders) c.Dispose();
        _notes.Add(string.Create(CultureInfo.InvariantCulture,
            $"{_options.Rounds} rounds, each the best of runs for {_options.Milliseconds} ms; spread is the fastest to the slowest round. "
                + $"Load of the machine: {Load()}."));
    }

    // The best run within a time: what others do on the machine can only add.
    private double Time(Action run)
    {
        double best = double.MaxValue;
        long begin = Stopwatch.GetTimestamp();
        do
        {
            long start = Stopwatch.GetTimestamp();
            run();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        while (Stopwatch.GetElapsedTime(begin).TotalMilliseconds < _options.Milliseconds);
        return best;
    }

    // A process of its own, because memory once used is not given back.
    private string Memory(string contender)
    {
        using Process child = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, ["memory", _options.Model, contender]) { RedirectStandardOutput = true })!;
        string text = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return text.Trim();
    }

    /// <summary>Runs one contender alone and prints the most memory the process held.</summary>
    public static void PrintMemory(string model, string contender)
    {
        using FileStream stream = File.OpenRead(model);
        CompiledModel compiled = ModelReader.Read(stream);
        using Contender wanted = Contender.Of(compiled).First(c => c.Name == contender);
        wanted.Prepare();
        float[] input = new float[8 * compiled.Info.Inputs[0].SampleLength], output = new float[8 * compiled.Info.Outputs[0].SampleLength];
        wanted.Run(input, output, 2);
        using Process self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{self.PeakWorkingSet64 / 1048576.0:F0} MB at most in the process"));
    }

    private void Write()
    {
        string markdown = _table.Markdown() + "\n" + string.Join("\n", _notes.Select(n => "- " + n)) + "\n";
        Console.Write(markdown);
        if (_options.Output is not { } path) return;
        File.WriteAllText(path + ".csv", _table.Csv());
        File.WriteAllText(path + ".md", $"`{_options.Command}`\n\n{markdown}");
    }

    private static string Load() =>
        File.Exists("/proc/loadavg")
        ? File.ReadAllText("/proc/loadavg").Split(' ')[0] + " on " + Environment.ProcessorCount + " processors"
        : "unknown";

    private static string Ratio(double[] reference, double[] own)
    {
        double[] ratios = [.. reference.Zip(own, (r, o) => r / o).Order()];
        return Text(ratios[ratios.Length / 2]);
    }

    private static string Text(double v) =>
        v.ToString(v >= 100 ? "F0" : v >= 10 ? "F1" : v >= 1 ? "F2" : "F3", CultureInfo.InvariantCulture);
}
