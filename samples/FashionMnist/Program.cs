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

// The labels of IDX images are in the file t10k-labels-idx1-ubyte.gz beside them.
LabelledSamples images = LabelledSamples.Open(args is []
    ? Path.Combine(AppContext.BaseDirectory, "test.npz")
    : Path.Combine(args.ElementAtOrDefault(1) ?? DebianFolder, "t10k-images-idx3-ubyte.gz"));
if (!images.HasLabels)
{
    Console.Error.WriteLine("The images have no labels beside them to compare with.");
    return 1;
}

byte[] pixels = images.ReadBytes(); // [Count, 1, 28, 28], as they are in the file: the generated class scales them.

using Fashion model = Fashion.Load();
using FashionEight eight = FashionEight.Load();
using FashionFour four = FashionFour.Load();

const int Shown = 4;
Console.WriteLine(Gallery.Draw(pixels, images.Labels, model.RunBatch(pixels.AsSpan(0, Shown * Fashion.ImageLength), Shown)));

Console.WriteLine(
    $"{images.Count:N0} test images, on {Fashion.Info.Hardware}    uniform 8-bit  uniform 4-bit         found  found / 8-bit");
Console.WriteLine($"  accuracy, float (ONNX)       {Fashion.Info.AccuracyFloat,13:P2}   when it was compiled, on data/test.npz");
foreach (Fidelity fidelity in new[] { Fidelity.Exact, Fidelity.Adc })
{
    var options = new RunOptions { Fidelity = fidelity };
    FashionEight.Outputs byEight = eight.RunBatch(pixels, images.Count, options);
    FashionFour.Outputs byFour = four.RunBatch(pixels, images.Count, options);
    Fashion.Outputs found = model.RunBatch(pixels, images.Count, options);
    double[] accuracies =
    [
        Accuracy(i => byEight[i].Top(1)), Accuracy(i => byFour[i].Top(1)), Accuracy(i => found[i].Top(1)),
    ];
    Console.WriteLine(
        $"  accuracy, {fidelity.ToString().ToLowerInvariant(),-18} {accuracies[0],13:P2}  {accuracies[1],13:P2} {accuracies[2],13:P2}");
}

Compare("latency, ns", cost => cost.LatencyNs);
Compare("energy, pJ", cost => cost.EnergyPj);
Compare("arrays", cost => cost.Arrays);
Console.WriteLine($"  images/s, simulated exact    {Throughput(),41:N0}");

Console.WriteLine();
Console.WriteLine($"The generated class: {FindGeneratedClass()}");
return 0;

double Accuracy(Func<int, Prediction[]> top) =>
    (double)Enumerable.Range(0, images.Count).Count(i => top(i)[0].Index == images.Labels[i]) / images.Count;

// After the runs above: the first run of a fidelity prepares the arrays, which is no part of the throughput.
double Throughput()
{
    long start = Stopwatch.GetTimestamp();
    model.RunBatch(pixels, images.Count);
    return images.Count / Stopwatch.GetElapsedTime(start).TotalSeconds;
}

static void Compare(string what, Func<Cost, double> of)
{
    (double eight, double four, double found) = (of(FashionEight.Info.Cost), of(FashionFour.Info.Cost), of(Fashion.Info.Cost));
    Console.WriteLine($"  {what,-28} {eight,13:N0}  {four,13:N0} {found,13:N0} {found / eight,14:F2}");
}

// The project writes the generator's files to disk and notes the folder in the assembly.
static string FindGeneratedClass()
{
    string folder = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "GeneratedFiles").Value!;
    return Directory.EnumerateFiles(folder, "*Fashion.g.cs", SearchOption.AllDirectories).Single();
}
