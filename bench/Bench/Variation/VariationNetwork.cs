using Cim.Bench.Common;
using Cim.Bench.Common.Data;

namespace Cim.Bench.Variation;

/// <summary>A network of the tables and how its variation-aware form is compiled.</summary>
/// <param name="Name">For the tables.</param>
/// <param name="Network">The network.</param>
/// <param name="Calibration">The calibration samples.</param>
/// <param name="AwareOptions">Further options of the variation-aware compilation.</param>
internal sealed record VariationNetwork(string Name, ImageNetwork Network, string Calibration, object[] AwareOptions)
{
    private const string Trained = "-trained";

    /// <summary>The networks there are; <c>-trained</c> ones are trained after alignment, against the errors that are left.</summary>
    public static string[] Names { get; } = ["lenet", "lenet-trained", "resnet20", "resnet20-trained", "vgg", "vgg-trained"];

    /// <summary>The name of the network that is not trained, whose conventional form is measured.</summary>
    public string PlainName => Name.Replace(Trained, "", StringComparison.Ordinal);

    /// <summary>A network by its name.</summary>
    public static VariationNetwork Of(string name, BenchRun run)
    {
        ImageNetwork network = ImageNetworks.Of(name.Replace(Trained, "", StringComparison.Ordinal), run.Repository);
        string calibration = network.Name == "lenet"
            ? Path.Combine(run.Repository.Root, "samples", "FashionMnist", "data", "calibration.npz")
            : network.Calibration;
        return new VariationNetwork(
            name, network, calibration, name.EndsWith(Trained, StringComparison.Ordinal) ? Training(network, run) : []);
    }

    // Weights and activations are narrow: training makes up for what rounding takes.
    private static object[] Training(ImageNetwork network, BenchRun run)
    {
        (int weightBits, string confidence, int epochs) = network.Name switch
        {
            "lenet" => (4, "0.95", 3),
            "vgg" => (4, "0.99", 1),
            _ => (3, "0.95", 4),
        };
        string images = network.Name == "resnet20"
            ? network.Training.Write(Selection.First(network.Training.Count, int.MaxValue), run.Artifacts)
            : network.Calibration;
        return ["--weight-bits", weightBits, "--activation-bits", 3, "--variation-confidence", confidence, "--training", images,
            "--epochs", epochs];
    }
}
