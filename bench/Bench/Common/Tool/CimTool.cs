using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cim.Bench.Common.Results;

namespace Cim.Bench.Common.Tool;

/// <summary>The command <c>cim</c> as a process, with its results as JSON.</summary>
internal sealed class CimTool
{
    private readonly string _path;

    /// <summary>Finds the command; that it exists is checked when it is used first.</summary>
    /// <param name="repository">Its own build is the default.</param>
    /// <param name="path">The user's choice, or null.</param>
    public CimTool(Repository repository, string? path)
    {
        string configuration = Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)))!;
        _path = path ?? Environment.GetEnvironmentVariable("CIM")
            ?? Path.Combine(repository.Root, "src", "Cim.Cli", "bin", configuration, "net10.0", "cim.dll");
    }

    /// <summary>Identifies the build: the content of its own libraries.</summary>
    public string Build => MeasurementStore.HashOf(Directory.GetFiles(Path.GetDirectoryName(Path.GetFullPath(_path))!, "?im*.dll"));

    /// <summary>The program that starts it, and what stands before its own arguments.</summary>
    /// <exception cref="BenchException">It does not exist.</exception>
    public string[] Command
    {
        get
        {
            BenchException.RequireFile(_path, "Build src/Cim.Cli, or name a cim with --cim.");
            return _path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? ["dotnet", _path] : [_path];
        }
    }

    /// <summary><c>cim compile</c>.</summary>
    public Task<CompileReport> CompileAsync(object[] arguments, CancellationToken cancellation) =>
        RunAsync(["compile", .. arguments], CimJson.Default.CompileReport, cancellation);

    /// <summary><c>cim eval</c>.</summary>
    public Task<EvalReport> EvaluateAsync(object[] arguments, CancellationToken cancellation) =>
        RunAsync(["eval", .. arguments], CimJson.Default.EvalReport, cancellation);

    /// <summary><c>cim cost</c>.</summary>
    public Task<CostReport> CostAsync(object[] arguments, CancellationToken cancellation) =>
        RunAsync(["cost", .. arguments], CimJson.Default.CostReport, cancellation);

    /// <summary>A command whose JSON nobody reads.</summary>
    public Task RunAsync(object[] arguments, CancellationToken cancellation) =>
        RunAsync(arguments, CimJson.Default.JsonElement, cancellation);

    private async Task<T> RunAsync<T>(object[] arguments, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        string[] words = [.. arguments.Select(a => Convert.ToString(a, CultureInfo.InvariantCulture)!), "--json"];
        var start = new ProcessStartInfo(Command[0], [.. Command[1..], .. words])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        using CancellationTokenRegistration stop = cancellation.Register(() => process.Kill(entireProcessTree: true));
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        string json = await output, messages = await error;
        await process.WaitForExitAsync(CancellationToken.None);
        cancellation.ThrowIfCancellationRequested();
        if (process.ExitCode != 0)
            throw new BenchException($"cim {string.Join(' ', words)} failed:\n{messages[Math.Max(0, messages.Length - 2000)..]}");
        return JsonSerializer.Deserialize(json, type)!;
    }
}
