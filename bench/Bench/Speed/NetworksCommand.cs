using System.CommandLine;
using Cim.Bench.Common;
using Cim.Bench.Common.Data;

namespace Cim.Bench.Speed;

/// <summary>
/// <c>bench speed networks</c>: compiles ResNet-20 for two kinds of cells, and the VGG network, and compares all fidelities.
/// </summary>
internal sealed class NetworksCommand : ComparisonCommand
{
    private static readonly string[] _known = ["resnet20-pairs", "resnet20-slices", "vgg-pairs", "vgg-slices"];

    private readonly Option<string[]> _cases;

    public NetworksCommand()
        : base("networks", "Compiles networks for cells of bench/hardware and compares all fidelities with ONNX Runtime.")
    {
        _cases = AddList("--cases", "resnet20-pairs,resnet20-slices,vgg-pairs", "Networks and cells.", _known);
    }

    protected override async Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        foreach (string name in parsed.GetValue(_cases)!)
        {
            string[] parts = name.Split('-');
            (string model, string calibration, string[] preprocessing) = Network(parts[0], run);
            using var folder = new TemporaryFolder();
            string compiled = folder.File(name + ".cim"), quantized = folder.File("qdq.onnx");
            await run.Cim.CompileAsync(
                [model, "--hardware", Path.Combine(run.Repository.Bench, "hardware", parts[1] + ".cimhw.json"), "--calibration",
                    calibration, .. preprocessing, "-o", compiled, "--export-qdq", quantized], cancellation);
            new SpeedComparison(Read(parsed), new ComparedModels(compiled, model, quantized)).Run(run, name);
        }
    }

    // The sample's calibration data is in the repository, so that the VGG network needs no other package.
    private static (string Model, string Calibration, string[] Preprocessing) Network(string name, BenchRun run)
    {
        if (name == "resnet20")
        {
            ImageNetwork network = ImageNetworks.Of(name, run.Repository);
            return (network.Model, network.Calibration, network.Preprocessing);
        }

        return (
            Path.Combine(run.Repository.Bench, "networks", "fashion-vgg.onnx"),
            Path.Combine(run.Repository.Root, "samples", "FashionMnist", "data", "calibration.npz"),
            ["--scale", "1/255", "--mean", "0.286", "--std", "0.353"]);
    }
}
