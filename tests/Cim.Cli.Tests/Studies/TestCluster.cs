using System.Diagnostics;

namespace Cim.Cli.Tests.Studies;

/// <summary>A Slurm cluster of one node: slurmctld, slurmd and munged with everything they own in one folder.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cim-slurm-").FullName;

    private TestCluster()
    {
    }

    public static async Task<TestCluster> Start()
    {
        var cluster = new TestCluster();
        (int code, string output) = await cluster.Script("start");
        return code == 0 ? cluster : throw new InvalidOperationException(output);
    }

    public Task<(int Code, string Output)> RestartController() => Script("restart-controller");

    public async ValueTask DisposeAsync()
    {
        await Run("scancel", "--user=root");
        await Script("stop");
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A program that talks to the cluster.</summary>
    public async Task<(int Code, string Output)> Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["SLURM_CONF"] = Path.Combine(_folder, "slurm.conf");
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    /// <summary>The <c>cim</c> command as a process of its own.</summary>
    public Task<(int Code, string Output)> Cim(params string[] arguments) =>
        Run("dotnet", [typeof(CimApplication).Assembly.Location, .. arguments]);

    /// <summary>Waits until something holds.</summary>
    public static async Task Until(Func<Task<bool>> holds, int seconds, string what)
    {
        for (var time = Stopwatch.StartNew(); !await holds(); await Task.Delay(300))
            if (time.Elapsed.TotalSeconds > seconds) throw new TimeoutException($"not within {seconds} s: {what}");
    }

    // Daemons hold what they inherit, so their output goes into a file.
    private async Task<(int Code, string Output)> Script(string action)
    {
        string log = Path.Combine(_folder, "script.log");
        using Process process = Process.Start(
            "bash", ["-c", $"bash '{Repository}/build/test-cluster.sh' {action} '{_folder}' > '{log}' 2>&1"]);
        await process.WaitForExitAsync();
        return (process.ExitCode, await File.ReadAllTextAsync(log));
    }

    private static string Repository
    {
        get
        {
            string folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Cim.Sdk.sln"))) folder = Path.GetDirectoryName(folder)!;
            return folder;
        }
    }
}
