using System.Globalization;
using System.Text.RegularExpressions;

namespace Cim.Package.Tests;

/// <summary>The sample of recurrent networks, built from the package: states fed back over 1,000 frames.</summary>
[Collection(PackageTestGroup.Name)]
public partial class StreamingTests(PackedSdk sdk)
{
    private static readonly string[] _files =
        ["models/vad.onnx", "models/kws.onnx", "data/vad.npz", "data/kws.npz", "data/stream.npy", "data/stream-labels.txt"];

    [Fact]
    public void A_detector_and_a_keyword_spotter_listen_to_a_thousand_frames()
    {
        string sample = Path.Combine(PackedSdk.RepositoryRoot, "samples", "Streaming");
        TemporaryProject project = sdk.Project();
        foreach (string file in _files) project.Write(file, File.ReadAllBytes(Path.Combine(sample, file)));
        string[] items = File.ReadAllLines(Path.Combine(sample, "Streaming.csproj"));
        string program = File.ReadAllText(Path.Combine(sample, "Program.cs"));
        project.Write("Program.cs", program.Replace("using Streaming;", "using App;", StringComparison.Ordinal))
            .WithItems(string.Join('\n', items.Where(line => line.TrimStart().StartsWith("<CimModel", StringComparison.Ordinal)
                || line.TrimStart().StartsWith("<None", StringComparison.Ordinal))))
            .Build().Succeeds();
        Match said = Counts().Match(project.Run().Succeeds().Output);
        Assert.True(said.Success);
        Assert.InRange(int.Parse(said.Groups[1].Value, CultureInfo.InvariantCulture), 980, 1000);
        Assert.InRange(int.Parse(said.Groups[2].Value, CultureInfo.InvariantCulture), 980, 1000);
    }

    [GeneratedRegex(@"voice right in (\d+) of 1000 frames, keyword in (\d+)")]
    private static partial Regex Counts();
}
