using System.Diagnostics;
using System.Globalization;
using Xunit.Sdk;

namespace Cim.Package.Tests;

/// <summary>
/// Solutions whose projects want the same model at the same time, on several nodes. A few builds here;
/// <c>build/parallel-builds.sh</c> does them all, over and over.
/// </summary>
[Collection(PackageTestGroup.Name)]
public class ParallelBuildTests(PackedSdk sdk, ITestOutputHelper output)
{
    private const int Shared = 6;

    /// <summary>Runs of each setting; 0: the short selection of continuous integration.</summary>
    private static int Runs { get; } =
        int.Parse(Environment.GetEnvironmentVariable("CIM_PARALLEL_RUNS") ?? "0", CultureInfo.InvariantCulture);

    [Fact]
    public void A_library_an_app_and_tests_build_on_any_number_of_nodes_and_compile_each_model_once()
    {
        Solution solution = Solution.Create(sdk);
        // The app's model has labels, which the library's has not.
        Check("library, app, tests", solution.Folder, new Expected(Models: 4, Different: 2), Runs == 0 ? [(2, true)] : Settings);
    }

    [Fact]
    public void Six_projects_with_one_model_build_on_any_number_of_nodes_and_compile_it_once()
    {
        TemporaryProject first = sdk.Project("Project1");
        string folder = Path.GetDirectoryName(first.Folder)!;
        File.WriteAllBytes(Path.Combine(folder, "mlp.onnx"), Networks.Perceptron());
        string[] names = [.. Enumerable.Range(1, Shared).Select(i => $"Project{i}")];
        foreach (string name in names)
            first.Beside(name).Write(name + ".csproj", Solution.Project("<TargetFramework>net10.0</TargetFramework>", $"""
                {TemporaryProject.Reference}
                <CimModel Include="../mlp.onnx" />
                """));
        File.WriteAllText(Path.Combine(folder, "All.slnx"),
            $"<Solution>{string.Concat(names.Select(n => $"<Project Path=\"{n}/{n}.csproj\" />"))}</Solution>");
        Check("six projects", folder, new Expected(Models: Shared, Different: 1), Runs == 0 ? [(4, true), (4, false)] : Settings);
    }

    private static (int Nodes, bool Cold)[] Settings =>
        [(1, true), (1, false), (2, true), (2, false), (4, true), (4, false), (8, true), (8, false)];

    private void Check(string name, string folder, Expected expected, (int Nodes, bool Cold)[] settings)
    {
        CommandLine.Run(folder, ["restore", "All.slnx", "--nologo"]).Succeeds();
        List<string> faults = [];
        foreach ((int nodes, bool cold) in settings)
        {
            int passed = 0, runs = Math.Max(1, Runs);
            double slowest = 0;
            for (int run = 1; run <= runs; run++)
            {
                long start = Stopwatch.GetTimestamp();
                string? fault = Build(folder, nodes, cold, expected);
                slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(start).TotalSeconds);
                if (fault is null) passed++;
                else faults.Add($"{name}, -m:{nodes}, {(cold ? "cold" : "warm")}, run {run}: {fault}");
            }
            Report(string.Create(CultureInfo.InvariantCulture,
                $"{name,-20} -m:{nodes}  {(cold ? "cold" : "warm")}  {passed,3} of {runs,3}   slowest {slowest,5:F0} s"));
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    /// <summary>One build of everything; what was wrong with it, or null.</summary>
    private static string? Build(string folder, int nodes, bool cold, Expected expected)
    {
        foreach (string project in Directory.GetDirectories(folder).Where(f => File.Exists(Path.Combine(f, "obj", "project.assets.json"))))
            foreach (string made in new[] { "bin", "obj/Debug" }.Select(f => Path.Combine(project, f)).Where(Directory.Exists))
                Directory.Delete(made, recursive: true);
        if (cold && Directory.Exists(Path.Combine(folder, "cache"))) Directory.Delete(Path.Combine(folder, "cache"), recursive: true);

        CommandResult result;
        try
        {
            result = CommandLine.Run(folder, ["build", "All.slnx", "--no-restore", "--nologo", $"-m:{nodes}"]);
        }
        catch (XunitException hung)
        {
            return hung.Message;
        }
        string[] compiled = [.. Directory.GetFiles(folder, "*.cim", SearchOption.AllDirectories)
            .Where(f => Path.GetRelativePath(folder, f).Split(Path.DirectorySeparatorChar)[1] == "obj")];
        if (result.ExitCode != 0) return result.Output;
        if (result.Compilations != (cold ? expected.Different : 0)) return $"{result.Compilations} compilations:\n{result.Output}";
        if (compiled.Length != expected.Models) return $"{compiled.Length} compiled models instead of {expected.Models}:\n{result.Output}";
        return compiled.Select(File.ReadAllBytes).Select(Convert.ToHexString).Distinct().Count() == expected.Different ? null
            : $"the compiled models differ:\n{result.Output}";
    }

    /// <param name="Models">Compiled models in the intermediate folders.</param>
    /// <param name="Different">How many of them are different, each compiled once.</param>
    private sealed record Expected(int Models, int Different);

    private void Report(string line)
    {
        output.WriteLine(line);
        if (Environment.GetEnvironmentVariable("CIM_PARALLEL_TABLE") is { Length: > 0 } table) File.AppendAllText(table, line + "\n");
    }
}
