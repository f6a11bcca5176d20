using System.Diagnostics;
using System.Globalization;
using Cim.Benchmarks;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

if (args is ["micro"]) { Micro.Run(); return; }
int images = 32;
var layers = ResNet20.Layers((rows, columns, bits) => new LayerMapping
{
    Encoding = WeightEncoding.Differential, SliceBits = [bits - 1],
    RowTiles = [.. Enumerable.Range(0, (rows + 127) / 128).Select(t => new RowTile(t * 128, Math.Min(128, rows - (t * 128))))],
    Tiles = [],
});
var prepared = layers.Select((l, i) => CrossbarSimulator.Prepare(l, i, null!, Fidelity.Exact, 0)).ToArray();
double total = 0;
int group = 0;
foreach (var g in layers.Select((l, i) => (l, i)).GroupBy(p => p.l.Name))
{
    (CrossbarLayer layer, int index) = g.First();
    byte[] input = new byte[images * (layer.Geometry is { } c ? c.InputChannels * c.InputHeight * c.InputWidth : layer.RowsPerGroup)];
    new Random(2).NextBytes(input);
    int outs = images * layer.Outputs * layer.PositionsPerImage;
    byte[] output = new byte[outs * 4], residual = new byte[outs];
    byte[] work = GC.AllocateArray<byte>(prepared[index].WorkspaceBytes(images) + 64, true);
    int shift;
    unsafe { fixed (byte* p = work) shift = (int)((64 - ((nint)p & 63)) & 63); }
    double best = double.MaxValue;
    for (int r = 0; r < 60; r++)
    {
        long t0 = Stopwatch.GetTimestamp();
        prepared[index].Run(new LayerCall
        {
            Input = input, Residual = layer.Epilogue.AddsResidual ? residual : [], Output = output.AsSpan(0, outs * (layer.Epilogue.Output is null ? 4 : 1)),
            Workspace = work.AsSpan(shift), Images = images, FirstImage = 0,
        });
        best = Math.Min(best, Stopwatch.GetElapsedTime(t0).TotalMilliseconds);
    }
    double us = best * 1000 / images;
    double mac = (double)layer.Outputs * layer.RowsPerGroup * layer.PositionsPerImage;
    total += us * g.Count();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{group++} {layer.Name,-12} x{g.Count()} {us,8:F1} us/image {mac / us / 1000,7:F1} GMAC/s"));
}
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"total {total / 1000:F3} ms/image on one thread, {41.0 / total * 1000:F1} GMAC/s"));
