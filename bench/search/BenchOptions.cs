using System.Globalization;

namespace Cim.Search.Bench;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchOptions(
    string Repository, string[] Networks, string[] Hardware, string Objective, double Loss, int Seeds, int Evaluations, int Samples, bool Tests, string Output)
{
    public static BenchOptions Parse(string[] args)
    {
        DirectoryInfo? d = new(AppContext.BaseDirectory);
        while (d is not null && !File.Exists(Path.Combine(d.FullName, "Cim.Sdk.sln"))) d = d.Parent;
        string repository = d?.FullName ?? throw new InvalidOperationException("not inside the repository");
        string Value(string name, string orElse) => Array.IndexOf(args, name) is var i && i >= 0 && i + 1 < args.Length ? args[i + 1] : orElse;
        int Number(string name, int orElse) => int.Parse(Value(name, orElse.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
        return new BenchOptions(repository,
            Value("--networks", "resnet20,lenet,vgg").Split(','), Value("--hardware", "cim-aq-4b,cim-aq-2b,isaac").Split(','),
            Value("--objective", "latency"), double.Parse(Value("--loss", "0.5"), CultureInfo.InvariantCulture), Number("--seeds", 3),
            Number("--evaluations", 60), Number("--samples", 0), args.Contains("--test"),
            Path.GetFullPath(Value("--out", Path.Combine(repository, "bench", "search", "results"))));
    }
}
