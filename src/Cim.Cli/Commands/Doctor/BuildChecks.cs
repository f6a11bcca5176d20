using System.ComponentModel;
using System.Diagnostics;
using NuGet.Versioning;

namespace Cim.Cli.Commands.Doctor;

/// <summary>What builds of projects need beside the tool.</summary>
internal static class BuildChecks
{
    private const int OldestSdk = 10;
    private const string Cure = "cim itself needs none; to build projects with the package Cim.Sdk, install .NET SDK 10 or newer.";

    public static DoctorCheck Sdk(CancellationToken cancellation)
    {
        string[] versions;
        try
        {
            versions = Installed(cancellation);
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            return new DoctorCheck(".NET SDK", DoctorState.Warning, "dotnet was not found on the path", Cure);
        }

        NuGetVersion? newest = versions.Select(v => NuGetVersion.TryParse(v, out NuGetVersion? version) ? version : null).Max();
        if (newest is null) return new DoctorCheck(".NET SDK", DoctorState.Warning, "none is installed", Cure);
        return newest.Major >= OldestSdk
            ? new DoctorCheck(".NET SDK", DoctorState.Ok, $"{newest}")
            : new DoctorCheck(".NET SDK", DoctorState.Warning, $"{newest} is the newest", Cure);
    }

    private static string[] Installed(CancellationToken cancellation)
    {
        // The one that runs this process, else the one on the path.
        string host = Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own) == "dotnet" ? own : "dotnet";
        using var process = Process.Start(
            new ProcessStartInfo(host, "--list-sdks") { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException();
        using CancellationTokenRegistration stop = cancellation.Register(process.Kill);
        // "10.0.401 [/usr/share/dotnet/sdk]"
        string[] versions = [.. process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')[0])];
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        return versions;
    }
}
