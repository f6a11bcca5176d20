using Cim.Tasks.Cache;
using Cim.Tasks.Files;
using Cim.Tasks.Inputs;
using Cim.Tasks.Options;

namespace Cim.Tasks.Tests.Cache;

/// <summary>A build that waits for another one of the same model.</summary>
public sealed class LockWaitTests : IDisposable
{
    private readonly CompileRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Who_waits_for_another_build_releases_the_node_and_says_for_whom()
    {
        Engine first = new();
        CimCompile holder = FakeCompiler.Task<CimCompile>(_run.Folder, first, "a", "hang", "m.onnx");
        Task<bool> running = Task.Run(holder.Execute);
        while (!_run.IsCompiling("a") && !running.IsCompleted) await Task.Delay(20);
        using CimCompile waiting = _run.Create("b", "", "m.onnx");
        Task<bool> second = Task.Run(waiting.Execute);
        while (!HasMessage("waiting for another build") && !second.IsCompleted) await Task.Delay(20);
        Assert.True(HasMessage(
            $"process {Environment.ProcessId} on {Environment.MachineName}, which compiles 'm.onnx' for '{_run.Folder["p.csproj"]}'"));
        Assert.Equal((1, 0), (_run.Engine.Yields, _run.Engine.Reacquires));
        holder.Cancel();
        Assert.False(await running);
        Assert.True(await second, _run.Log());
        // Once around the wait, once around the compiler.
        Assert.Equal((2, 2), (_run.Engine.Yields, _run.Engine.Reacquires));
        holder.Dispose();

        bool HasMessage(string part)
        {
            lock (_run.Engine.Errors) return _run.Engine.Messages.Any(m => m.Contains(part, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_wait_without_a_sign_of_life_ends_with_warning_CIM1013_and_the_model_is_compiled()
    {
        CimCompile holder = FakeCompiler.Task<CimCompile>(_run.Folder, new Engine(), "a", "hang", "m.onnx");
        Task<bool> running = Task.Run(holder.Execute);
        while (!_run.IsCompiling("a") && !running.IsCompleted) await Task.Delay(20);
        Assert.True(_run.Compile("b", task => task.LockTimeout = "0.001"), _run.Log());
        Assert.Equal("CIM1013", Assert.Single(_run.Engine.Warnings).Code);
        Assert.Contains("m.cim", _run.Folder.Files("b"));
        holder.Cancel();
        Assert.False(await running);
        holder.Dispose();
    }

    [Fact]
    public void A_time_limit_that_is_none_is_an_error()
    {
        Assert.False(_run.Compile("a", task => task.LockTimeout = "soon"));
        Assert.Contains("CimLockTimeout", Assert.Single(_run.Engine.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_wait_ends()
    {
        using (new CompileCache(_run.Folder["cache"]).TryLock(Key(), ""))
        {
            using CimCompile waiting = _run.Create("b", "", "m.onnx");
            waiting.Cancel();
            Assert.False(waiting.Execute());
        }
        Assert.False(File.Exists(_run.Folder["calls.log"]));
    }

    private string Key()
    {
        ResolvedOptions options = ResolvedOptions.From(Engine.Item(_run.Folder["m.onnx"]), _run.Folder.Path, _ => { });
        string compiler = Path.Combine(AppContext.BaseDirectory, "Cim.FakeCompiler.dll");
        return InputState.Of(options, new FileHashes(_run.Folder["none"])).Key(CompilerTool.Identify(compiler, "0.1.0"));
    }
}
