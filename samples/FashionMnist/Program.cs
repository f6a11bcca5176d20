using System.Diagnostics;
using System.Reflection;
using Cim.Runtime;
using FashionMnist;

const string DebianFolder = "/usr/share/datasets/fashion-mnist";
if (args is not ([] or ["--all"] or ["--all", _]))
{
    Console.Error.WriteLine($"usage: FashionMnist [--all [FOLDER]]    all 10,000 test images, from {DebianFolder} or FOLDER");
    return 2;
}

LabelledImages images = args is []
    ? LabelledImages.FromNpz(Path.Combine(AppContext.BaseDirectory, "test.npz"))
    : LabelledImages.FromIdx(args.ElementAtOrDefault(1) ?? DebianFolder);

using Fashion model = Fashion.Load();
ModelInfo info = Fashion.Info;

const int Shown = 4;
Fashion.Outputs first = model.RunBatch(images.Values.AsSpan(0, Shown * Fashion.ImageLength), Shown);
Console.WriteLine(Gallery.Draw(images, first.Scores, Shown));

Console.WriteLine($"{images.Count:N0} test images           accuracy     images/s");
Console.WriteLine($"  float (ONNX)           {info.AccuracyFloat,9:P2}            –   when it was compiled, on data/test.npz");
Report(Fidelity.Exact);
Report(Fidelity.Adc);

Console.WriteLine();
Console.WriteLine($"One inference on {info.Hardware,-10} compiled   uniform 8-bit   ratio");
Compare("latency, ns", info.Cost.LatencyNs, info.Baseline.LatencyNs);
Compare("energy, pJ", info.Cost.EnergyPj, info.Baseline.EnergyPj);
Compare("arrays", info.Cost.Arrays, info.Baseline.Arrays);

Console.WriteLine();
Console.WriteLine($"The generated class: {FindGeneratedClass()}");
return 0;

void Report(Fidelity fidelity)
{
    var options = new RunOptions { Fidelity = fidelity };
    // The first run of a fidelity prepares the arrays; it is not part of the throughput.
    model.Run(images[0], options);
    long start = Stopwatch.GetTimestamp();
    ReadOnlySpan<float> all = model.RunBatch(images.Values, images.Count, options).Scores;
    double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

    int correct = 0;
    for (int i = 0; i < images.Count; i++)
        if (Gallery.Best(all.Slice(i * Fashion.ScoresLength, Fashion.ScoresLength)) == images.Labels[i]) correct++;
    Console.WriteLine($"  compiled, {fidelity.ToString().ToLowerInvariant(),-12}   {(double)correct / images.Count,9:P2} {images.Count / seconds,12:N0}");
}

static void Compare(string what, double compiled, double baseline) =>
    Console.WriteLine($"  {what,-20} {compiled,14:N0} {baseline,15:N0} {compiled / baseline,7:F2}");

// The project writes the generator's files to disk and notes the folder in the assembly.
static string FindGeneratedClass()
{
    string folder = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "GeneratedFiles").Value!;
    return Directory.EnumerateFiles(folder, "*Fashion.g.cs", SearchOption.AllDirectories).Single();
}
