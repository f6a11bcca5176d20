using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Running;
using Cim.Benchmarks;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

// dotnet run -c Release --project bench/Cim.Benchmarks -- ...
//   exact|adc|device|circuit|noise ...          the crossbar layers of ResNet-20 alone, random weights, one thread
//   networks MODEL.cim [--float M.onnx] [--int8 Q.onnx] [--batch 1,32] [--threads 1,2] [--output FILE] ...   see bench/run.sh
//   kernels [BenchmarkDotNet options]           the inner loops
if (args is ["kernels", ..])
{
    BenchmarkRunner.Run<KernelBenchmarks>(args: args[1..]);
    return;
}
if (args is ["networks", ..]) { Networks.Run(args); return; }
if (args is ["memory", string model, string contender]) { Networks.PrintMemory(model, contender); return; }
Console.WriteLine($"peak: {Peak.ByteProducts() / 1e9:F0} G byte products/s, {Peak.WordProducts() / 1e9:F0} G word products/s");
string[] wanted = args.Length > 0 ? args : ["exact", "adc", "device", "noise", "circuit"];
foreach (string what in wanted)
{
    foreach (bool sliced in new[] { false, true })
    {
        if (what == "exact" && sliced) continue;
        Measure(what, sliced);
    }
}

static void Measure(string what, bool sliced)
{
    int Images = what == "exact" ? 2 : 1;
    // One 7-bit cell pair per weight, or ISAAC's four 2-bit cells; 8 input bits one by one, an 8-bit conversion each.
    HardwareProfile profile = HardwareProfiles.BuiltIn("isaac") with
    {
        Encoding = sliced ? WeightEncoding.Offset : WeightEncoding.Differential, AdcRange = new AdcRange(AdcRangePolicy.Full),
        ReadNoiseSigma = what == "noise" ? 0.01 : 0,
        ProgrammingError = what is "device" or "noise" ? new ProgrammingError("independent", 0.01) : ProgrammingError.None,
        WordLineResistance = what == "circuit" ? 1 : 0, BitLineResistance = what == "circuit" ? 1 : 0,
    };
    IReadOnlyList<CrossbarLayer> layers = ResNet20.Layers((rows, columns, bits) => new LayerMapping
    {
        Encoding = profile.Encoding, SliceBits = sliced ? [2, 2, 2, 2] : [bits - 1], Tiles = [],
        RowTiles = [.. Enumerable.Range(0, (rows + 127) / 128).Select(t => new RowTile(t * 128, Math.Min(128, rows - (t * 128))))],
    });
    Fidelity fidelity = what switch
    {
        "exact" => Fidelity.Exact,
        "adc" => Fidelity.Adc,
        "circuit" => Fidelity.Circuit,
        _ => Fidelity.Device,
    };
    long start = Stopwatch.GetTimestamp();
    PreparedLayer[] prepared = [.. layers.Select((l, i) => CrossbarSimulator.Prepare(l, i, profile, fidelity, 1))];
    double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, total = 0;
    for (int i = 0; i < layers.Count; i++) total += Best(prepared[i], layers[i], what == "exact" ? 400 : 100, Images);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{what,-8} {(what == "exact" ? "" : sliced ? "4 slices, offset" : "1 slice, pairs"),-17} {total,8:F3} ms/image on one thread, "
            + $"{41.0 / total,6:F1} GMAC/s, prepared in {seconds:F1} s"));
}

static unsafe double Best(PreparedLayer prepared, CrossbarLayer layer, int repeats, int images)
{
    byte[] input = new byte[images * (layer.Geometry is { } g ? g.InputChannels * g.InputHeight * g.InputWidth : layer.RowsPerGroup)];
    new Random(2).NextBytes(input);
    int outputs = images * layer.Outputs * layer.PositionsPerImage;
    byte[] output = new byte[outputs * (layer.Epilogue.Output is null ? 4 : 1)],
        residual = new byte[layer.Epilogue.AddsResidual ? outputs : 0];
    int bytes = prepared.WorkspaceBytes(images);
    void* workspace = System.Runtime.InteropServices.NativeMemory.AlignedAlloc((nuint)bytes, 64);
    double best = double.MaxValue;
    for (int r = 0; r < repeats; r++)
    {
        long start = Stopwatch.GetTimestamp();
        prepared.Run(new LayerCall
        {
            Input = input, Residual = residual, Output = output, Workspace = new Span<byte>(workspace, bytes), Images = images,
                FirstImage = 0,
        });
        best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }
    System.Runtime.InteropServices.NativeMemory.AlignedFree(workspace);
    return best / images;
}
