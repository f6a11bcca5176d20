using Cim.Tasks.Options;
using Microsoft.Build.Framework;

namespace Cim.Tasks.Tests;

/// <summary>The task against a stand-in compiler that can fail, crash and hang.</summary>
public sealed class CimCompileTests : IDisposable
{
    private readonly CompileRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void A_model_is_compiled_once_and_then_comes_from_the_cache()
    {
        Assert.True(_run.Compile("a"), _run.Log());
        Assert.True(_run.Compile("b"), _run.Log());
        Assert.Single(File.ReadAllLines(_run.Folder["calls.log"]));
        Assert.Equal(["m.cim", "m.diagnostics.txt", "m.report/report.html", "m.report/report.json", "m.rsp"], _run.Folder.Files("a"));
        Assert.Equal(_run.Folder.Files("a"), _run.Folder.Files("b"));
        Assert.Equal(File.ReadAllBytes(_run.Folder["a/m.cim"]), File.ReadAllBytes(_run.Folder["b/m.cim"]));
        Assert.Contains("m: compiled.", _run.Engine.Messages);
        Assert.Contains(_run.Engine.Messages, m => m.StartsWith("m: taken from the cache", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_a_file_with_several_classes_the_class_is_named()
    {
        Assert.True(_run.Compile("a", metadata: ("Key", "Eight")), _run.Log());
        Assert.Contains("Eight: compiled.", _run.Engine.Messages);
    }

    [Theory]
    [InlineData("torch", true)]
    [InlineData("ort", false)]
    public void The_compiler_is_told_where_packages_of_the_torch_engine_are(string engine, bool isTold)
    {
        string assets = _run.Folder["obj/project.assets.json"];
        Assert.True(_run.Compile("a", task => task.AssetsFile = assets, metadata: ("Engine", engine)), _run.Log());
        string call = Assert.Single(File.ReadAllLines(_run.Folder["calls.log"]));
        Assert.Equal(isTold, call.Contains($"--engine-packages {assets}", StringComparison.Ordinal));
    }

    [Fact]
    public void Forced_the_cache_is_not_asked()
    {
        Assert.True(_run.Compile("a"));
        Assert.True(_run.Compile("a", task => task.ForceEvaluate = true));
        Assert.Equal(2, File.ReadAllLines(_run.Folder["calls.log"]).Length);
    }

    [Fact]
    public void Without_a_cache_every_build_compiles()
    {
        Assert.True(_run.Compile("a", task => task.CacheDirectory = ""));
        Assert.True(_run.Compile("b", task => task.CacheDirectory = ""));
        Assert.Equal(2, File.ReadAllLines(_run.Folder["calls.log"]).Length);
        Assert.Equal(["m.cim", "m.diagnostics.txt", "m.report/report.html", "m.report/report.json", "m.rsp"], _run.Folder.Files("a"));
    }

    [Fact]
    public void Warnings_are_stored_and_told_by_every_build_under_the_models_own_path()
    {
        Assert.True(_run.Compile("a"));
        Assert.Empty(_run.Engine.Warnings);
        Directory.CreateDirectory(_run.Folder["moved"]);
        File.Copy(_run.Folder["m.onnx"], _run.Folder["moved/m.onnx"]);
        Assert.True(_run.Compile("b", model: "moved/m.onnx"));

        CimReplayWarnings replay = new()
        {
            BuildEngine = _run.Engine,
            DiagnosticsFiles = [Engine.Item(_run.Folder["b/m.diagnostics.txt"]), Engine.Item(_run.Folder["none"])],
        };
        Assert.True(replay.Execute());

        BuildWarningEventArgs warning = Assert.Single(_run.Engine.Warnings);
        Assert.Equal(("CIM3001", _run.Folder["moved/m.onnx"], 1), (warning.Code, warning.File, warning.LineNumber));
    }

    [Fact]
    public void An_error_of_the_compiler_arrives_with_code_and_place()
    {
        Assert.False(_run.Compile("a", fake: "error"));
        BuildErrorEventArgs error = Assert.Single(_run.Engine.Errors);
        Assert.Equal(("CIM0003", _run.Folder["m.onnx"], 3, 4), (error.Code, error.File, error.LineNumber, error.ColumnNumber));
        Assert.Equal(["m.rsp"], _run.Folder.Files("a"));
    }

    [Fact]
    public void A_crash_is_error_CIM1005_with_exit_code_and_last_words()
    {
        Assert.False(_run.Compile("a", fake: "crash"));
        BuildErrorEventArgs error = Assert.Single(_run.Engine.Errors);
        Assert.Equal("CIM1005", error.Code);
        Assert.Contains("exit code 77", error.Message, StringComparison.Ordinal);
        Assert.Contains("about to go", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Success_without_a_model_is_no_success()
    {
        Assert.False(_run.Compile("a", fake: "nothing"));
        Assert.Equal("CIM1005", Assert.Single(_run.Engine.Errors).Code);
    }

    [Fact]
    public async Task Cancelling_ends_the_compiler_and_leaves_nothing()
    {
        CimCompile task = _run.Create("a", "hang", "m.onnx");
        Task<bool> running = Task.Run(task.Execute);
        while (!_run.IsCompiling("a") && !running.IsCompleted) await Task.Delay(20);
        task.Cancel();
        Assert.False(await running);
        Assert.Equal(["m.rsp"], _run.Folder.Files("a"));
        Assert.DoesNotContain(_run.Folder.Files("cache"), f => !f.Contains("locks/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_builds_at_once_compile_once()
    {
        Task<bool>[] builds = [.. new[] { "a", "b", "c" }.Select(name => Task.Run(() => _run.Compile(name)))];
        Assert.All(await Task.WhenAll(builds), Assert.True);
        Assert.Single(File.ReadAllLines(_run.Folder["calls.log"]));
    }

    [Theory]
    [InlineData("a file in the way")]
    [InlineData("the folder is a file")]
    [InlineData("locks cannot be made")]
    [InlineData("entries cannot be made")]
    public void An_unusable_cache_is_a_warning_and_the_model_is_compiled(string reason)
    {
        string cache = _run.Folder["cache"];
        switch (reason)
        {
            case "a file in the way": cache = Path.Combine(_run.Folder.Write("file", "not a folder"), "cache"); break;
            case "the folder is a file": _run.Folder.Write("cache", "not a folder"); break;
            case "locks cannot be made": _run.Folder.Write("cache/v1/locks", "not a folder"); break;
            case "entries cannot be made": _run.Folder.Write("cache/v1/tmp", "not a folder"); break;
        }
        Assert.True(_run.Compile("a", task => task.CacheDirectory = cache), _run.Log());
        Assert.Equal("CIM1006", Assert.Single(_run.Engine.Warnings).Code);
        Assert.Contains("m.cim", _run.Folder.Files("a"));
        Assert.Single(File.ReadAllLines(_run.Folder["calls.log"]));
    }

    [Fact]
    public void A_damaged_entry_of_the_cache_is_made_again()
    {
        Assert.True(_run.Compile("a"), _run.Log());
        string stored = Directory.GetFiles(_run.Folder["cache"], "model.cim", SearchOption.AllDirectories).Single();
        File.WriteAllBytes(stored, [1, 2, 2]);
        Assert.True(_run.Compile("b"), _run.Log());
        Assert.Equal([1, 2, 3], File.ReadAllBytes(_run.Folder["b/m.cim"]));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(stored));
        Assert.Equal(2, File.ReadAllLines(_run.Folder["calls.log"]).Length);
        Assert.Contains(_run.Engine.Messages, m => m.Contains("damaged", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("swap")]
    [InlineData("swap and back")]
    public void A_model_that_changes_while_it_is_compiled_is_stored_under_no_key_and_compiled_again(string fake)
    {
        Assert.True(_run.Compile("a", fake: fake), _run.Log());
        Assert.Equal("CIM1012", Assert.Single(_run.Engine.Warnings).Code);
        Assert.Empty(Directory.GetFiles(_run.Folder["cache"], "model.cim", SearchOption.AllDirectories));
        Assert.Contains("# Changed while it was compiled", File.ReadAllText(_run.Folder["a/m.rsp"]), StringComparison.Ordinal);
        _run.Folder.Write("m.onnx", "model");
        Assert.True(_run.Compile("b"), _run.Log());
        Assert.Equal(2, File.ReadAllLines(_run.Folder["calls.log"]).Length);
    }

    [Fact]
    public void A_model_from_the_cache_brings_its_lock_file_and_where_that_cannot_be_written_a_warning()
    {
        Assert.True(_run.Compile("a", metadata: ("Lock", "locks/m.json")), _run.Log());
        byte[] text = File.ReadAllBytes(_run.Folder["locks/m.json"]);
        File.Delete(_run.Folder["locks/m.json"]);
        Assert.True(_run.Compile("b", metadata: ("Lock", "locks/m.json")), _run.Log());
        Assert.Equal(text, File.ReadAllBytes(_run.Folder["locks/m.json"]));
        Assert.Empty(_run.Engine.Warnings);
        Directory.Delete(_run.Folder["locks"], recursive: true);
        _run.Folder.Write("locks", "a file in the way");
        Assert.True(_run.Compile("c", metadata: ("Lock", "locks/m.json")), _run.Log());
        Assert.Equal("CIM1014", Assert.Single(_run.Engine.Warnings).Code);
        Assert.Single(File.ReadAllLines(_run.Folder["calls.log"]));
    }

    [Fact]
    public void A_model_that_writes_files_besides_is_not_taken_from_the_cache()
    {
        Assert.True(_run.Compile("a", metadata: ("ExportQdq", "qdq.onnx")), _run.Log());
        Assert.Contains("# Beside present", File.ReadAllText(_run.Folder["a/m.rsp"]), StringComparison.Ordinal);
        File.Delete(_run.Folder["qdq.onnx"]);
        Assert.True(_run.Compile("b", metadata: ("ExportQdq", "qdq.onnx")), _run.Log());
        Assert.True(File.Exists(_run.Folder["qdq.onnx"]));
        Assert.Equal(2, File.ReadAllLines(_run.Folder["calls.log"]).Length);
    }

    [Fact]
    public void A_failed_build_leaves_what_was_there_before()
    {
        Assert.True(_run.Compile("a"), _run.Log());
        byte[] model = File.ReadAllBytes(_run.Folder["a/m.cim"]);
        string[] files = _run.Folder.Files("a");
        _run.Folder.Write("m.onnx", "changed");
        Assert.False(_run.Compile("a", fake: "error"));
        Assert.Equal(files, _run.Folder.Files("a"));
        Assert.Equal(model, File.ReadAllBytes(_run.Folder["a/m.cim"]));
    }
}
