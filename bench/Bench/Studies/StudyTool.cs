using System.Globalization;
using System.Text.Json;
using Cim.Bench.Common;
using Cim.Bench.Common.Tool;

namespace Cim.Bench.Studies;

/// <summary>Runs studies of a network of the samples.</summary>
/// <param name="command">What starts <c>cim</c>.</param>
/// <param name="folder">Where files go.</param>
/// <param name="sample">The folder of the sample.</param>
/// <param name="cancellation">Ends a process.</param>
internal sealed class StudyTool(string[] command, string folder, string sample, CancellationToken cancellation)
{
    /// <summary>The network's name.</summary>
    public required string Network { get; init; }

    /// <summary>How it reads its samples.</summary>
    public required string[] Preprocessing { get; init; }

    /// <summary>A file of the bench.</summary>
    public string At(string name) => Path.Combine(folder, name);

    /// <summary>A folder that is not there yet.</summary>
    public string Fresh(string name)
    {
        if (Directory.Exists(At(name))) Directory.Delete(At(name), recursive: true);
        return At(name);
    }

    /// <summary>Compiles the network.</summary>
    public Task CompileAsync() => RunAsync(
    [
        "compile", Path.Combine(sample, "models", $"{Network}.onnx"), "-o", At($"{Network}.cim"), "--hardware", "isaac", "--calibration",
        Path.Combine(sample, "data", "calibration.npz"), .. Preprocessing,
    ]);

    /// <summary>A sweep of so many points and chips; 0 samples are all.</summary>
    public string[] Sweep(int points, int chips, int limit) =>
    [
        "sweep", At($"{Network}.cim"), "--data", Path.Combine(sample, "data", "test.npz"), .. Preprocessing, "--vary",
        string.Create(CultureInfo.InvariantCulture, $"programmingError.sigma=0.00001..{points * 0.00001:F5}:0.00001"), "--set",
        "programmingError.model=independent", "--trials", chips.ToString(CultureInfo.InvariantCulture),
        .. limit == 0 ? (string[])[] : ["--limit", limit.ToString(CultureInfo.InvariantCulture)],
    ];

    /// <summary>Runs <c>cim</c>.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="before">Programs that start it, with their arguments.</param>
    /// <exception cref="BenchException">It fails.</exception>
    public async Task<WatchedProcess> RunAsync(string[] arguments, params string[] before)
    {
        WatchedProcess process = await WatchedProcess.RunAsync([.. before, .. command], arguments, null, cancellation);
        return process.ExitCode == 0 ? process
            : throw new BenchException($"cim {string.Join(' ', arguments)} failed: {process.LastLine}");
    }

    /// <summary>What starts a process that has one processor.</summary>
    public static string[] OnProcessor(int processor) =>
        ["env", "DOTNET_PROCESSOR_COUNT=1", "taskset", "-c", processor.ToString(CultureInfo.InvariantCulture)];

    /// <summary>The number of units of a store.</summary>
    public static int UnitsOf(string store)
    {
        using JsonDocument study = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(store, "study.json")));
        return study.RootElement.GetProperty("units").GetArrayLength();
    }

    /// <summary>Two folders have the same files.</summary>
    /// <exception cref="BenchException">They differ.</exception>
    public void RequireEqual(string first, string second)
    {
        foreach (string file in Directory.GetFiles(At(first)))
            if (!File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(At(second), Path.GetFileName(file)))))
                throw new BenchException($"{Path.GetFileName(file)} differs between one process and units.");
    }
}
