using Microsoft.Build.Framework;

namespace Cim.Tasks.Tests;

/// <summary>The task that checks metadata and writes the options file, for models of a folder of its own.</summary>
internal sealed class OptionsRun : IDisposable
{
    public OptionsRun() => Folder.Write("m.onnx", "model");

    public Folder Folder { get; } = new();

    public Engine Engine { get; } = new();

    public bool Run(params ITaskItem[] items) => Task(items).Execute();

    public CimOptions Task(params ITaskItem[] items) => new()
    {
        BuildEngine = Engine,
        Models = items,
        Project = Folder["p.csproj"],
        RootNamespace = "Demo",
        ToolPath = typeof(OptionsRun).Assembly.Location,
        SdkVersion = "0.1.0",
    };

    /// <summary>The model with metadata.</summary>
    public ITaskItem Item(params (string Name, string Value)[] metadata) => Engine.Item(Folder["m.onnx"],
        [.. metadata, ("OptionsFile", Folder["m.rsp"]), ("SignatureFile", Folder["m.cimsig"])]);

    public void Dispose() => Folder.Dispose();
}
