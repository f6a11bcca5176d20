using System.Diagnostics;
using System.Text;

namespace Cim.Package.Tests;

/// <summary>What a command printed (both streams, in order of arrival) and returned.</summary>
internal sealed record CommandResult(int ExitCode, string Output)
{
    public CommandResult Succeeds()
    {
        Assert.True(ExitCode == 0, Output);
        return this;
    }

    /// <summary>It failed, with exactly this one code among its errors.</summary>
    public CommandResult FailsWith(string code)
    {
        Assert.True(ExitCode != 0, Output);
        string[] codes = [
            .. System.Text.RegularExpressions.Regex.Matches(Output, @"error (\w+):").Select(m => m.Groups[1].Value).Distinct()];
        Assert.True(codes is [var only] && only == code, $"expected error {code} alone:\n{Output}");
        return this;
    }

    /// <summary>How often a compiler ran to its end; "compiled by another build meanwhile" is none of them.</summary>
    public int Compilations => Count(": compiled,") + Count(": compiled.");

    public int Count(string part) => Output.Split('\n').Count(line => line.Contains(part, StringComparison.Ordinal));
}

/// <summary>Starts commands with a clean environment: nothing of the test run's own build leaks into the builds it starts.</summary>
internal static class CommandLine
{
    /// <summary>It beats the folder that a NuGet.config names, so temporary projects would restore into the one of the machine.</summary>
    public const string PackagesFolder = "NUGET_PACKAGES";

    public static Process Start(string folder, StringBuilder output, IEnumerable<string> arguments,
        (string Name, string Value)[] environment, CountdownEvent? open = null)
    {
        ProcessStartInfo start = new("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
            || k.StartsWith("Cim", StringComparison.OrdinalIgnoreCase) || k is "CI" or PackagesFolder).ToArray())
            start.Environment.Remove(name);
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["MSBUILDTERMINALLOGGER"] = "off";
        foreach ((string name, string value) in environment) start.Environment[name] = value;

        Process process = new() { StartInfo = start };
        process.OutputDataReceived += (_, e) => Append(e.Data);
        process.ErrorDataReceived += (_, e) => Append(e.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;

        void Append(string? line)
        {
            if (line is null)
            {
                open?.Signal();
                return;
            }
            lock (output) output.Append(line).Append('\n');
        }
    }

    public static CommandResult Run(string folder, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        StringBuilder output = new();
        CountdownEvent open = new(2);
        using Process process = Start(folder, output, arguments, environment, open);
        if (!process.WaitForExit(TimeSpan.FromMinutes(10)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"dotnet {string.Join(' ', arguments)} did not end in ten minutes:\n{output}");
        }
        // What it printed last may arrive after its end; the limit is for a server it started that keeps a pipe open.
        open.Wait(TimeSpan.FromSeconds(30));
        lock (output) return new CommandResult(process.ExitCode, output.ToString());
    }
}
