using System.CommandLine;
using Cim.Bench.Common;
using Cim.Bench.Common.Data;
using Cim.Bench.Common.Results;

namespace Cim.Bench.Physics;

/// <summary>
/// <c>bench physics</c>: accuracy of ResNet-20 over chips with programming errors, in the set-up of CrossSim's CIFAR-10 study.
/// </summary>
internal sealed class PhysicsCommand : BenchCommand
{
    // One scale per output is ours; one per layer is CrossSim's.
    private static readonly (string Name, string[] Setting)[] _scalings =
        [("column", []), ("layer", ["--set", "weightScaling=layer"])];

    private static readonly (string Name, string Sigmas)[] _errors =
        [("independent", "0,0.01,0.02,0.05"), ("proportional", "0.05")];

    private readonly Option<int> _trials;

    public PhysicsCommand()
        : base("physics", "physics", "How does accuracy fall with programming errors, in the set-up of CrossSim's CIFAR-10 study?")
    {
        _trials = Add("--trials", 10, "Chips at every point.");
    }

    protected override async Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        ImageNetwork network = ImageNetworks.Of("resnet20", run.Repository);
        string model = Path.Combine(run.Artifacts, "resnet20.cim");
        await run.Cim.CompileAsync(
            [network.Model, "-o", model, "--hardware", Path.Combine(run.Repository.Bench, "hardware", "crosssim.cimhw.json"),
                "--calibration", network.Calibration, .. network.Preprocessing], cancellation);
        object[] sweep = ["sweep", model, "--data", network.Test, .. network.Preprocessing, "--fidelity", "device",
            "--trials", parsed.GetValue(_trials)];
        foreach ((string scaling, string[] setting) in _scalings)
            foreach ((string error, string sigmas) in _errors)
            {
                using var folder = new TemporaryFolder();
                string csv = folder.File("sweep.csv");
                await run.Cim.RunAsync(
                    [.. sweep, .. setting, "--set", $"programmingError.model={error}", "--vary", $"programmingError.sigma={sigmas}",
                        "--csv", csv], cancellation);
                string text = await File.ReadAllTextAsync(csv, cancellation);
                ResultFile.WriteCsv(Path.Combine(run.OutputFolder, $"{scaling}-{error}.csv"), run.Command, text);
                Console.WriteLine($"{scaling}, {error}\n{text}");
            }
    }
}
