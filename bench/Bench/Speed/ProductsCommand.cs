using System.CommandLine;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Exact;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Simd;
using static System.FormattableString;

namespace Cim.Bench.Speed;

/// <summary><c>bench speed products</c>: convolutions of ResNet-20 by every way to multiply that the processor has.</summary>
internal sealed class ProductsCommand : BenchCommand
{
    private readonly Option<int> _repetitions;

    public ProductsCommand()
        : base("products", "speed", "The convolutions of ResNet-20 by each way to multiply, at several widths, one thread.") =>
        _repetitions = Add("--repetitions", 400, "Runs of a layer, of which the fastest counts.");

    protected override Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        ResultReport report = run.Report("products");
        report.Line(Invariant($"Microseconds a layer, random weights. Load of the machine: {MachineLoad.Text()}."));
        report.Line();
        report.Head("layer", "bits of weights, inputs", "16 bits", "bytes, 256 bits", "bytes, 512 bits", "VNNI", "chosen");
        foreach ((int weightBits, int inputBits) in new[] { (8, 8), (4, 8), (4, 4) })
            foreach (IGrouping<string, CrossbarLayer> shape in ResNet20
                .Layers((rows, columns, bits) => LayerSpeed.Pairs(rows, bits), weightBits)
                .Where(l => l.Geometry is not null)
                .GroupBy(l => Invariant($"{l.Name} {l.Geometry!.OutputHeight}x{l.Geometry.OutputWidth}")))
            {
                CrossbarLayer layer = shape.First() with { Input = shape.First().Input with { Bits = inputBits } };
                PreparedLayer?[] ways =
                [
                    WinogradConvolution.Suits(layer) && SimdLevels.Widest >= SimdLevel.Vector256
                        ? new WinogradConvolution(layer) : ExactLayers.Direct(layer, SimdLevels.Widest),
                    Narrow(layer, SimdLevel.Vector256, false), Narrow(layer, SimdLevel.Vector512, false),
                    Narrow(layer, SimdLevel.Vector256, Quads.HasVnni(SimdLevels.Widest)),
                    ExactLayers.Prepare(layer, SimdLevels.Widest),
                ];
                report.Row([shape.Key, Invariant($"{weightBits}, {inputBits}"), .. ways.Select(w => w is null
                    ? "" : Invariant($"{1000 * LayerSpeed.Best(w, layer, parsed.GetValue(_repetitions), 1):F1}"))]);
            }

        return Task.CompletedTask;
    }

    private static PreparedLayer? Narrow(CrossbarLayer layer, SimdLevel level, bool hasVnni) =>
        level <= SimdLevels.Widest && Quads.Suit(layer) ? ExactLayers.Narrow(layer, level, hasVnni) : null;
}
