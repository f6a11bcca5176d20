using Cim.Tasks.Files;
using Cim.Tasks.Options;
using Microsoft.Build.Framework;

namespace Cim.Tasks.Tests;

/// <summary>The task against a stand-in compiler that can fail, crash and hang.</summary>
public sealed class CimCompileTests : IDisposable
{
    private readonly Folder _folder = new();
    private readonly Engine _engine = new();

    public CimCompileTests() => _folder.Write("m.onnx", "model");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_is_compiled_once_and_then_comes_from_the_cache()
    {
        Assert.True(Compile("a"), Log());
        Assert.True(Compile("b"), Log());
        Assert.Single(File.ReadAllLines(_folder["calls.log"]));
        Assert.Equal(["m.cim", "m.diagnostics.txt", "m.report/report.html", "m.report/report.json", "m.rsp"], _folder.Files("a"));
        Assert.Equal(_folder.Files("a"), _folder.Files("b"));
        Assert.Equal(File.ReadAllBytes(_folder["a/m.cim"]), File.ReadAllBytes(_folder["b/m.cim"]));
        Assert.Contains(_engine.Messages,
            m => m.StartsWith("m: compiled, accuracy 80.00 % (float 90.00 %), 1,234 ns, 6,000 pJ, 7 arrays.", StringComparison.Ordinal));
        Assert.Contains(_engine.Messages, m => m.StartsWith("m: taken from the cache", StringComparison.Ordinal));
    }

    [Fact]
    public void Forced_the_cache_is_not_asked()
    {
        Assert.True(Compile("a"));
        Assert.True(Compile("a", task => task.ForceEvaluate = true));
        Assert.Equal(2, File.ReadAllLines(_folder["calls.log"]).Length);
    }

    [Fact]
    public void Without_a_cache_every_build_compiles()
    {
        Assert.True(Compile("a", task => task.CacheDirectory = ""));
        Assert.True(Compile("b", task => task.CacheDirectory = ""));
        Assert.Equal(2, File.ReadAllLines(_folder["calls.log"]).Length);
        Assert.Equal(["m.cim", "m.diagnostics.txt", "m.report/report.html", "m.report/report.json", "m.rsp"], _folder.Files("a"));
    }

    [Fact]
    public void Warnings_are_stored_and_told_by_every_build_under_the_models_own_path()
    {
        Assert.True(Compile("a"));
        Assert.Empty(_engine.Warnings);
        Directory.CreateDirectory(_folder["moved"]);
        File.Copy(_folder["m.onnx"], _folder["moved/m.onnx"]);
        Assert.True(Compile("b", model: "moved/m.onnx"));

        CimReplayWarnings replay = new()
        {
            BuildEngine = _engine,
            DiagnosticsFiles = [Engine.Item(_folder["b/m.diagnostics.txt"]), Engine.Item(_folder["none"])],
        };
        Assert.True(replay.Execute());

        BuildWarningEventArgs warning = Assert.Single(_engine.Warnings);
        Assert.Equal(("CIM3001", _folder["moved/m.onnx"], 1), (warning.Code, warning.File, warning.LineNumber));
    }

    [Fact]
    public void An_error_of_the_compiler_arrives_with_code_and_place()
    {
        Assert.False(Compile("a", fake: "error"));
        BuildErrorEventArgs error = Assert.Single(_engine.Errors);
        Assert.Equal(("CIM0003", _folder["m.onnx"], 3, 4), (error.Code, error.File, error.LineNumber, error.ColumnNumber));
        Assert.Equal(["m.rsp"], _folder.Files("a"));
    }

    [Fact]
    public void A_crash_is_error_CIM1005_with_exit_code_and_last_words()
    {
        Assert.False(Compile("a", fake: "crash"));
        BuildErrorEventArgs error = Assert.Single(_engine.Errors);
        Assert.Equal("CIM1005", error.Code);
        Assert.Contains("exit code 77", error.Message, StringComparison.Ordinal);
        Assert.Contains("about to go", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Success_without_a_model_is_no_success()
    {
        Assert.False(Compile("a", fake: "nothing"));
        Assert.Equal("CIM1005", Assert.Single(_engine.Errors).Code);
    }

    [Fact]
    public async Task Cancelling_ends_the_compiler_and_leaves_nothing()
    {
        CimCompile task = Create("a", "hang", "m.onnx");
        Task<bool> running = Task.Run(task.Execute);
        while (_folder.Files("a").All(f => !f.EndsWith(".half", StringComparison.Ordinal)) && !running.IsCompleted) await Task.Delay(20);
        task.Cancel();
        Assert.False(await running);
        Assert.Equal(["m.rsp"], _folder.Files("a"));
        Assert.DoesNotContain(_folder.Files("cache"), f => !f.Contains("locks/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_builds_at_once_compile_once()
    {
        Task<bool>[] builds = [.. new[] { "a", "b", "c" }.Select(name => Task.Run(() => Compile(name)))];
        Assert.All(await Task.WhenAll(builds), Assert.True);
        Assert.Single(File.ReadAllLines(_folder["calls.log"]));
    }

    [Theory]
    [InlineData("a file in the way")]
    [InlineData("the folder is a file")]
    [InlineData("locks cannot be made")]
    [InlineData("entries cannot be made")]
    public void An_unusable_cache_is_a_warning_and_the_model_is_compiled(string reason)
    {
        string cache = _folder["cache"];
        switch (reason)
        {
            case "a file in the way": cache = Path.Combine(_folder.Write("file", "not a folder"), "cache"); break;
            case "the folder is a file": _folder.Write("cache", "not a folder"); break;
            case "locks cannot be made": _folder.Write("cache/v1/locks", "not a folder"); break;
            case "entries cannot be made": _folder.Write("cache/v1/tmp", "not a folder"); break;
        }
        Assert.True(Compile("a", task => task.CacheDirectory = cache), Log());
        Assert.Equal("CIM1006", Assert.Single(_engine.Warnings).Code);
        Assert.Contains("m.cim", _folder.Files("a"));
        Assert.Single(File.ReadAllLines(_folder["calls.log"]));
    }

    [Fact]
    public void A_damaged_entry_of_the_cache_is_made_again()
    {
        Assert.True(Compile("a"), Log());
        string stored = Directory.GetFiles(_folder["cache"], "model.cim", SearchOption.AllDirectories).Single();
        File.WriteAllBytes(stored, [1, 2, 2]);
        Assert.True(Compile("b"), Log());
        Assert.Equal([1, 2, 3], File.ReadAllBytes(_folder["b/m.cim"]));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(stored));
        Assert.Equal(2, File.ReadAllLines(_folder["calls.log"]).Length);
        Assert.Contains(_engine.Messages, m => m.Contains("damaged", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("swap")]
    [InlineData("swap and back")]
    public void A_model_that_changes_while_it_is_compiled_is_stored_under_no_key_and_compiled_again(string fake)
    {
        Assert.True(Compile("a", fake: fake), Log());
        Assert.Equal("CIM1012", Assert.Single(_engine.Warnings).Code);
        Assert.Empty(Directory.GetFiles(_folder["cache"], "model.cim", SearchOption.AllDirectories));
        Assert.Contains("# Changed while it was compiled", File.ReadAllText(_folder["a/m.rsp"]), StringComparison.Ordinal);
        _folder.Write("m.onnx", "model");
        Assert.True(Compile("b"), Log());
        Assert.Equal(2, File.ReadAllLines(_folder["calls.log"]).Length);
    }

    [Fact]
    public void A_model_from_the_cache_brings_its_lock_file_and_where_that_cannot_be_written_a_warning()
    {
        Assert.True(Compile("a", metadata: ("Lock", "locks/m.json")), Log());
        byte[] text = File.ReadAllBytes(_folder["locks/m.json"]);
        File.Delete(_folder["locks/m.json"]);
        Assert.True(Compile("b", metadata: ("Lock", "locks/m.json")), Log());
        Assert.Equal(text, File.ReadAllBytes(_folder["locks/m.json"]));
        Assert.Empty(_engine.Warnings);
        Directory.Delete(_folder["locks"], recursive: true);
        _folder.Write("locks", "a file in the way");
        Assert.True(Compile("c", metadata: ("Lock", "locks/m.json")), Log());
        Assert.Equal("CIM1014", Assert.Single(_engine.Warnings).Code);
        Assert.Single(File.ReadAllLines(_folder["calls.log"]));
    }

    [Fact]
    public void A_model_that_writes_files_besides_is_not_taken_from_the_cache()
    {
        Assert.True(Compile("a", metadata: ("ExportQdq", "qdq.onnx")), Log());
        Assert.Contains("# Beside present", File.ReadAllText(_folder["a/m.rsp"]), StringComparison.Ordinal);
        File.Delete(_folder["qdq.onnx"]);
        Assert.True(Compile("b", metadata: ("ExportQdq", "qdq.onnx")), Log());
        Assert.True(File.Exists(_folder["qdq.onnx"]));
        Assert.Equal(2, File.ReadAllLines(_folder["calls.log"]).Length);
    }

    [Fact]
    public void A_failed_build_leaves_what_was_there_before()
    {
        Assert.True(Compile("a"), Log());
        byte[] model = File.ReadAllBytes(_folder["a/m.cim"]);
        string[] files = _folder.Files("a");
        _folder.Write("m.onnx", "changed");
        Assert.False(Compile("a", fake: "error"));
        Assert.Equal(files, _folder.Files("a"));
        Assert.Equal(model, File.ReadAllBytes(_folder["a/m.cim"]));
    }

    [Fact]
    public async Task Who_waits_for_another_build_releases_the_node_and_says_for_whom()
    {
        Engine first = new();
        CimCompile holder = FakeCompiler.Task<CimCompile>(_folder, first, "a", "hang", "m.onnx");
        Task<bool> running = Task.Run(holder.Execute);
        while (_folder.Files("a").All(f => !f.EndsWith(".half", StringComparison.Ordinal)) && !running.IsCompleted) await Task.Delay(20);
        using CimCompile waiting = Create("b", "", "m.onnx");
        Task<bool> second = Task.Run(waiting.Execute);
        while (!HasMessage("waiting for another build") && !second.IsCompleted) await Task.Delay(20);
        Assert.True(HasMessage(
            $"process {Environment.ProcessId} on {Environment.MachineName}, which compiles 'm.onnx' for '{_folder["p.csproj"]}'"));
        Assert.Equal((1, 0), (_engine.Yields, _engine.Reacquires));
        holder.Cancel();
        Assert.False(await running);
        Assert.True(await second, Log());
        // Once around the wait, once around the compiler.
        Assert.Equal((2, 2), (_engine.Yields, _engine.Reacquires));
        holder.Dispose();

        bool HasMessage(string part)
        {
            lock (_engine.Errors) return _engine.Messages.Any(m => m.Contains(part, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_wait_without_a_sign_of_life_ends_with_warning_CIM1013_and_the_model_is_compiled()
    {
        CimCompile holder = FakeCompiler.Task<CimCompile>(_folder, new Engine(), "a", "hang", "m.onnx");
        Task<bool> running = Task.Run(holder.Execute);
        while (_folder.Files("a").All(f => !f.EndsWith(".half", StringComparison.Ordinal)) && !running.IsCompleted) await Task.Delay(20);
        Assert.True(Compile("b", task => task.LockTimeout = "0.001"), Log());
        Assert.Equal("CIM1013", Assert.Single(_engine.Warnings).Code);
        Assert.Contains("m.cim", _folder.Files("b"));
        holder.Cancel();
        Assert.False(await running);
        holder.Dispose();
    }

    [Fact]
    public void A_time_limit_that_is_none_is_an_error()
    {
        Assert.False(Compile("a", task => task.LockTimeout = "soon"));
        Assert.Contains("CimLockTimeout", Assert.Single(_engine.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_wait_ends()
    {
        using (new Cache.CompileCache(_folder["cache"]).TryLock(Key(), ""))
        {
            using CimCompile waiting = Create("b", "", "m.onnx");
            waiting.Cancel();
            Assert.False(waiting.Execute());
        }
        Assert.False(File.Exists(_folder["calls.log"]));
    }

    private string Key()
    {
        ResolvedOptions options = ResolvedOptions.From(Engine.Item(_folder["m.onnx"]), _folder.Path, _ => { });
        string compiler = Path.Combine(AppContext.BaseDirectory, "Cim.FakeCompiler.dll");
        return Inputs.InputState.Of(options, new Files.FileHashes(_folder["none"])).Key(CompilerTool.Identify(compiler, "0.1.0"));
    }

    private string Log() => string.Join("\n", _engine.Errors.Select(e => e.Message));

    private bool Compile(string target, Action<CimCompile>? change = null, string fake = "", string model = "m.onnx",
        (string Name, string Value)? metadata = null)
    {
        using CimCompile task = FakeCompiler.Task<CimCompile>(_folder, _engine, target, fake, model, metadata is { } one ? [one] : []);
        change?.Invoke(task);
        return task.Execute();
    }

    private CimCompile Create(string target, string fake, string model) =>
        FakeCompiler.Task<CimCompile>(_folder, _engine, target, fake, model);
}
