namespace Cim.Tasks.Tests;

/// <summary>The task that compiles, with the stand-in compiler, for models of a folder of its own.</summary>
internal sealed class CompileRun : IDisposable
{
    public CompileRun() => Folder.Write("m.onnx", "model");

    public Folder Folder { get; } = new();

    public Engine Engine { get; } = new();

    /// <summary>The errors so far, to be shown by an assertion.</summary>
    public string Log() => string.Join("\n", Engine.Errors.Select(e => e.Message));

    /// <summary>Compiles into a sub-folder.</summary>
    public bool Compile(string target, Action<CimCompile>? change = null, string fake = "", string model = "m.onnx",
        (string Name, string Value)? metadata = null)
    {
        using CimCompile task = FakeCompiler.Task<CimCompile>(Folder, Engine, target, fake, model, metadata is { } one ? [one] : []);
        change?.Invoke(task);
        return task.Execute();
    }

    public CimCompile Create(string target, string fake, string model) =>
        FakeCompiler.Task<CimCompile>(Folder, Engine, target, fake, model);

    /// <summary>The compiler has begun to write into a sub-folder.</summary>
    public bool IsCompiling(string target) => Folder.Files(target).Any(f => f.EndsWith(".half", StringComparison.Ordinal));

    public void Dispose() => Folder.Dispose();
}
