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

/// <summary><c>bench speed products</c>: convolutions of ResNet-20 and matrices of MiniLM by every way to multiply that the processor
/// has.</summary>
internal sealed class ProductsCommand : BenchCommand
{
    private readonly Option<int> _repetitions;

    public ProductsCommand()
        : base("products", "speed", "Convolutions of ResNet-20 and matrices of MiniLM by each way to multiply, one thread.") =>
        _repetitions = Add("--repetitions", 400, "Runs of a layer, of which the fastest counts.");

    protected override Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        ResultReport report = run.Report("products");
        report.Line(Invariant($"Microseconds a layer, random weights. Load of the machine: {MachineLoad.Text()}."));
        report.Line();
        report.Head("layer", "bits of weights, inputs", "16 bits", "bytes, 256 bits", "bytes, 512 bits", "VNNI", "chosen");
        foreach ((int weightBits, int inputBits) in new[] { (8, 8), (4, 8), (4, 4) })
            foreach ((string name, CrossbarLayer shape) in Shapes(weightBits))
            {
                CrossbarLayer layer = shape with { Input = shape.Input with { Bits = inputBits } };
                PreparedLayer?[] ways =
                [
                    WinogradConvolution.Suits(layer) && SimdLevels.Widest >= SimdLevel.Vector256
                        ? new WinogradConvolution(layer) : ExactLayers.Direct(layer, SimdLevels.Widest),
                    Narrow(layer, SimdLevel.Vector256, false), Narrow(layer, SimdLevel.Vector512, false),
                    Narrow(layer, SimdLevel.Vector256, Quads.HasVnni(SimdLevels.Widest)),
                    ExactLayers.Prepare(layer, SimdLevels.Widest),
                ];
                report.Row([name, Invariant($"{weightBits}, {inputBits}"), .. ways.Select(w => w is null
                    ? "" : Invariant($"{1000 * LayerSpeed.Best(w, layer, parsed.GetValue(_repetitions), 1):F1}"))]);
            }

        return Task.CompletedTask;
    }

    private static IEnumerable<(string Name, CrossbarLayer Layer)> Shapes(int bits)
    {
        foreach (var shape in ResNet20.Layers((rows, columns, b) => LayerSpeed.Pairs(rows, b), bits).Where(l => l.Geometry is not null)
            .GroupBy(l => Invariant($"{l.Name} {l.Geometry!.OutputHeight}x{l.Geometry.OutputWidth}")))
            yield return (shape.Key, shape.First());
        foreach ((int rows, int columns) in new[] { (384, 384), (384, 1536), (1536, 384) })
            foreach (int positions in new[] { 1, 32 })
                yield return (
                    Invariant($"matrix {rows}x{columns}, {positions} positions"), ResNet20.Matrix(rows, columns, positions, bits));
    }

    private static PreparedLayer? Narrow(CrossbarLayer layer, SimdLevel level, bool hasVnni) =>
        level <= SimdLevels.Widest ? NarrowLayers.Prepare(layer, level, hasVnni) : null;
}
