using System.Globalization;
using System.Text.RegularExpressions;

namespace Cim.Package.Tests;

/// <summary>samples/Sentences, built from the package: a transformer out of another package, in a similarity search.</summary>
[Collection(PackageTestGroup.Name)]
public sealed partial class SentencesTests(PackedSdk sdk)
{
    [Fact]
    public void A_compiled_transformer_finds_the_sentences_that_the_float_network_finds()
    {
        string sample = Path.Combine(PackedSdk.RepositoryRoot, "samples", "Sentences");
        TemporaryProject project = sdk.Project("Sentences");
        foreach (string file in Directory.EnumerateFiles(sample).Concat(Directory.EnumerateFiles(Path.Combine(sample, "data"))))
            project.Write(Path.GetRelativePath(sample, file), File.ReadAllBytes(file));
        project.Write("Sentences.csproj", PackedSdk.OfThisVersion(File.ReadAllText(Path.Combine(sample, "Sentences.csproj"))));
        CommandResult built = project.Build("-c", "Release", "-p:CimCacheDir=none").Succeeds();
        Assert.Contains("MiniLm -> agreement with float at adc: cosine 0.99", built.Output, StringComparison.Ordinal);

        string said = project.Dotnet("bin/Release/net10.0/Sentences.dll").Succeeds().Output;
        Assert.InRange(Percent(Same(), said), 97, 100);
        Assert.InRange(Percent(Right(), said), 90, 100);
        Assert.EndsWith("  Blot a wine stain on the carpet at once and treat it with soda water and salt.\n",
            project.Dotnet("bin/Release/net10.0/Sentences.dll", "red wine on the rug").Succeeds().Output, StringComparison.Ordinal);
    }

    private static double Percent(Regex line, string text)
    {
        Match match = line.Match(text);
        Assert.True(match.Success, text);
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"same answer +([0-9.]+) % of 200 questions")]
    private static partial Regex Same();

    [GeneratedRegex(@"answer found +([0-9.]+) %")]
    private static partial Regex Right();
}
