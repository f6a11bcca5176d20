using System.Globalization;

namespace Cim.Search.Bench;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchOptions(
    string Repository, string[] Networks, string[] Hardware, string Objective, double Loss, int Seeds, int Evaluations, int Samples,
    bool Tests, string Output)
{
    /// <summary>What can be said, for people.</summary>
    public const string Usage =
        "bench/search/run [--networks resnet20,lenet,vgg] [--hardware cim-aq-4b,cim-aq-2b,isaac] [--objective latency] [--loss 0.5] "
            + "[--seeds 3]\n"
        + "                 [--evaluations 60] [--samples N] [--test] [--out bench/search/results]\n"
        + "Every searcher with the same evaluations; a table for each network and hardware as CSV, all of them as markdown.\n"
        + "--test compiles the uniform policies and what exact and rl found, and evaluates them on all test images.";

    private static readonly string[] _known = [
        "--networks", "--hardware", "--objective", "--loss", "--seeds", "--evaluations", "--samples", "--test", "--out"];

    /// <summary>Reads them; null if something is asked that there is not, --help among it.</summary>
    public static BenchOptions? Parse(string[] args)
    {
        if (args.Any(a => a.StartsWith('-') && !_known.Contains(a))) return null;
        DirectoryInfo? d = new(AppContext.BaseDirectory);
        while (d is not null && !File.Exists(Path.Combine(d.FullName, "Cim.Sdk.sln"))) d = d.Parent;
        string repository = d?.FullName ?? throw new InvalidOperationException("not inside the repository");
        string Value(string name, string orElse) =>
            Array.IndexOf(args, name) is var i && i >= 0 && i + 1 < args.Length ? args[i + 1] : orElse;
        int Number(string name, int orElse) =>
            int.Parse(Value(name, orElse.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
        return new BenchOptions(repository,
            Value("--networks", "resnet20,lenet,vgg").Split(','), Value("--hardware", "cim-aq-4b,cim-aq-2b,isaac").Split(','),
            Value("--objective", "latency"), double.Parse(Value("--loss", "0.5"), CultureInfo.InvariantCulture), Number("--seeds", 3),
            Number("--evaluations", 60), Number("--samples", 0), args.Contains("--test"),
            Path.GetFullPath(Value("--out", Path.Combine(repository, "bench", "search", "results"))));
    }
}
