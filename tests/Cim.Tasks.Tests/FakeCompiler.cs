using Cim.Tasks.Files;
using Cim.Tasks.Inputs;
using Cim.Tasks.Options;
using Microsoft.Build.Framework;

namespace Cim.Tasks.Tests;

/// <summary>Tasks that start the stand-in compiler.</summary>
internal static class FakeCompiler
{
    /// <summary>A task for a model of a folder; what it makes goes into the folder's sub-folder <paramref name="target"/>.</summary>
    public static T Task<T>(Folder folder, Engine engine, string target, string fake, string model,
        params (string Name, string Value)[] metadata) where T : CompilerTask, new()
    {
        ITaskItem item = Engine.Item(folder[model], [("OptionsFile", folder[$"{target}/m.rsp"]), ("SignatureFile", folder["m.cimsig"]),
            ("CompiledFile", folder[$"{target}/m.cim"]), ("DiagnosticsFile", folder[$"{target}/m.diagnostics.txt"]),
            ("ReportDirectory", folder[$"{target}/m.report"]), .. metadata]);
        ResolvedOptions options = ResolvedOptions.From(item, folder.Path, _ => { });
        folder.Write($"{target}/m.rsp", options.ToResponseFile("tool") + InputState.Of(options, new FileHashes(folder["none"])).ToLines()
            + OptionsStamp.Of("", options, FileHashes.Absent));
        return new T
        {
            BuildEngine = engine,
            Model = item,
            Project = folder["p.csproj"],
            CompilerPath = Path.Combine(AppContext.BaseDirectory, "Cim.FakeCompiler.dll"),
            SdkVersion = "0.1.0",
            CacheDirectory = folder["cache"],
            DotnetHostPath = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "",
            EnvironmentVariables = ["CIM_FAKE=" + fake, "CIM_FAKE_LOG=" + folder["calls.log"]],
        };
    }
}
