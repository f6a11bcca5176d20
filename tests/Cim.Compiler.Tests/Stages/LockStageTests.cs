using System.Text;
using System.Text.RegularExpressions;
using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Strips;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Tests.Shared;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

/// <summary>A lock file pins what came out, not only the precisions: see docs/package.md.</summary>
public sealed class LockStageTests : IDisposable
{
    private const int Samples = 96;

    private readonly TemporaryFolder _folder = new();
    private readonly string _model, _data, _lock;

    public LockStageTests()
    {
        _model = _folder.Write("net.onnx", RandomNetworks.Chain(1));
        GraphInput input = GraphInput.Of(RandomNetworks.Import(RandomNetworks.Chain(1)));
        float[] x = RandomNetworks.Samples(Samples, input.SampleElements, 9);
        long[] labels = [.. Enumerable.Range(0, Samples).Select(i => (long)(i % 5))];
        _data = _folder.Write("data.npz", DataFiles.Npz(
            ("x", DataFiles.Npy("<f4", [.. input.Ports[0].Dims(Samples)], DataFiles.Floats(x))),
            ("y", DataFiles.Npy("<i8", [Samples], DataFiles.Longs(labels)))));
        _lock = _folder.At("net.lock.json");
    }

    public void Dispose() => _folder.Dispose();

    private CompileOptions Options(string output = "net.cim") => new()
    {
        ModelPath = _model, OutputPath = _folder.At(output), Calibration = _data, Evaluation = _data, LockPath = _lock, WeightBits = 4,
            ActivationBits = 4,
    };

    private CompileOptions With(string kind) => kind switch
    {
        "auto" => Options(),
        "learned" => Options() with { Rounding = RoundingMethods.Learned },
        "nearest" => Options() with { Rounding = RoundingMethods.Nearest, WeightBits = 8, ActivationBits = 8 },
        "search" => Options() with { Search = "random", SearchEvaluations = 3, MaxAccuracyLoss = 100 },
        "strips" => Options() with { Strips = StripOptions.Parse("0.3", null, "strip") },
        "merge" => Options() with { Hardware = "nju-32", Merge = ColumnSharingOptions.Parse("0.2", "auto") },
        "no data" => Options() with { Calibration = null, Evaluation = null },
        "trained" => Options() with { Training = _data, Epochs = 1 },
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static (CompileResult Result, List<string> Progress) Compile(CompileOptions options)
    {
        var lines = new ProgressLines();
        return (CompilePipeline.Compile(options, lines), lines.All);
    }

    private void Edit(string pattern, string with)
    {
        string text = File.ReadAllText(_lock), edited = Regex.Replace(text, pattern, with, RegexOptions.Singleline);
        Assert.NotEqual(text, edited);
        File.WriteAllText(_lock, edited);
    }

    private static CimException Refused(CompileOptions options) => Assert.Throws<CimException>(() => CompilePipeline.Compile(options));

    [Theory]
    [InlineData("auto")]
    [InlineData("learned")]
    [InlineData("nearest")]
    [InlineData("search")]
    [InlineData("strips")]
    [InlineData("merge")]
    [InlineData("no data")]
    [InlineData("trained")]
    public void The_lock_gives_the_same_bytes_and_figures_without_rounding_or_training_again(string kind)
    {
        CompileOptions options = With(kind);
        (CompileResult first, _) = Compile(options);
        byte[] model = File.ReadAllBytes(_folder.At("net.cim")), locked = File.ReadAllBytes(_lock);
        (CompileResult again, List<string> progress) = Compile(options with { Locked = true });
        Assert.Equal(model, File.ReadAllBytes(_folder.At("net.cim")));
        Assert.Equal(locked, File.ReadAllBytes(_lock));
        Assert.Contains(progress, l => l.Contains("from the lock file", StringComparison.Ordinal));
        Assert.DoesNotContain(progress, l => l.Contains("learning", StringComparison.Ordinal)
            || l.Contains("training", StringComparison.Ordinal) || l.Contains("searching", StringComparison.Ordinal));
        Assert.Equal(first.Rounding, again.Rounding);
        Assert.Equal(first.Report.Layers.Select(l => l.Cosine), again.Report.Layers.Select(l => l.Cosine));
        Assert.Equal(first.AccuracyCompiled?.Correct, again.AccuracyCompiled?.Correct);
        Assert.Equal(first.AccuracyFloat?.Correct, again.AccuracyFloat?.Correct);
    }

    [Fact]
    public void The_report_and_the_QDQ_model_of_a_locked_compilation_are_of_the_locked_network()
    {
        Compile(Options() with { ExportQdqPath = _folder.At("first.onnx") });
        Compile(Options() with { ExportQdqPath = _folder.At("again.onnx"), ReportDirectory = _folder.At("report") });
        Assert.Equal(File.ReadAllBytes(_folder.At("first.onnx")), File.ReadAllBytes(_folder.At("again.onnx")));
        Assert.True(File.Exists(_folder.At("report/report.json")));
    }

    [Fact]
    public void A_lock_of_precisions_alone_is_completed_but_not_in_locked_mode()
    {
        CompilePipeline.Lock(Options());
        byte[] policyOnly = File.ReadAllBytes(_lock);
        (CompileResult locked, _) = Compile(Options() with { Locked = true });
        Assert.Contains(locked.Warnings, w => w.Code == "CIM1022");
        Assert.Equal(policyOnly, File.ReadAllBytes(_lock));
        (CompileResult free, _) = Compile(Options());
        Assert.DoesNotContain(free.Warnings, w => w.Code == "CIM1022");
        Assert.Contains("\"brotli\"", File.ReadAllText(_lock), StringComparison.Ordinal);
    }

    [Fact]
    public void Locked_mode_wants_a_lock_file() => Assert.Equal("CIM1008", Refused(Options() with { Locked = true }).Code);

    [Fact]
    public void A_network_above_the_limit_is_pinned_by_its_hash_and_added_when_the_limit_is_raised()
    {
        Compile(Options() with { LockLimit = 0 });
        byte[] model = File.ReadAllBytes(_folder.At("net.cim"));
        Assert.DoesNotContain("brotli", File.ReadAllText(_lock), StringComparison.Ordinal);
        byte[] hashOnly = File.ReadAllBytes(_lock);
        Compile(Options() with { LockLimit = 0 });
        Assert.Equal(hashOnly, File.ReadAllBytes(_lock));
        Assert.Equal(model, File.ReadAllBytes(_folder.At("net.cim")));
        Compile(Options());
        Assert.Contains("brotli", File.ReadAllText(_lock), StringComparison.Ordinal);
        Assert.Equal(model, File.ReadAllBytes(_folder.At("net.cim")));
    }

    [Fact]
    public void A_result_other_than_the_hash_in_the_lock_is_an_error_that_names_the_layer_or_is_renewed_with_a_warning()
    {
        Compile(Options() with { LockLimit = 0 });
        byte[] right = File.ReadAllBytes(_lock);
        string layer = Regex.Match(File.ReadAllText(_lock), "\"layers\": \\{\\s*\"([^\"]+)\"").Groups[1].Value;
        Edit("\"program\": \"....", "\"program\": \"0000");
        Edit("(\"layers\": \\{\\s*\"[^\"]+\": \")....", "${1}0000");
        File.Delete(_folder.At("net.cim"));
        CimException e = Refused(Options() with { LockLimit = 0 });
        Assert.Equal(("CIM1020", _lock), (e.Code, e.File));
        Assert.Contains($"1 of ", e.Message, StringComparison.Ordinal);
        Assert.Contains($"({layer})", e.Message, StringComparison.Ordinal);
        Assert.Contains("--lock-limit", e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.At("net.cim")));
        (CompileResult renewed, _) = Compile(Options() with { LockLimit = 0, RefreshLock = true });
        Assert.Contains(renewed.Warnings, w => w.Code == "CIM1020");
        Assert.Equal(right, File.ReadAllBytes(_lock));
    }

    [Theory]
    [InlineData("\"weightBits\": 4", "\"weightBits\": 5")]
    [InlineData("(\"brotli\": \\[\\s*\"[^\"]{40}).{6}", "${1}q7Rk2Z")]
    [InlineData("(\"brotli\": \\[\\s*)\"[^\"]*\",", "$1")]
    [InlineData("(\"brotli\": \\[\\s*\")", "$1!")]
    [InlineData("(\"sha256\": \")....", "${1}0000")]
    public void An_edited_result_is_an_error(string pattern, string with)
    {
        Compile(Options());
        Edit(pattern, with);
        CimException e = Refused(Options());
        Assert.Equal(("CIM1021", _lock), (e.Code, e.File));
        Compile(Options() with { ForceEvaluate = true });
        Compile(Options() with { Locked = true });
    }

    [Theory]
    [InlineData("\"inputs\"", "\"input\"", "'input'")]
    [InlineData("\"version\": 1,", "\"version\": 1, \"note\": \"mine\",", "'note'")]
    [InlineData("\"version\": 1,", "\"version\": 1, \"version\": 1,", "version")]
    [InlineData("\"adcBits\"", "\"adcbits\"", "'adcbits'")]
    [InlineData("\"inputs\": \\{.*?\\}", "\"inputs\": null", "'inputs'")]
    [InlineData("\"policy\": \\[.*?\\]", "\"policy\": null", "'policy'")]
    [InlineData("\"policy\": \\[.*?\\]", "\"policy\": []", "does not name the layer")]
    [InlineData("\"result\": \\{.*\\}", "\"result\": null }", "'result'")]
    [InlineData("\"network\": \\{.*?\\}", "\"network\": null", "'result.network'")]
    [InlineData("\"correct\": \\d+", "\"correct\": 1e99", "'result.float.correct'")]
    [InlineData("\"sdkVersion\"", "\"sdkversion\"", "'result.sdkversion'")]
    [InlineData("\"version\": 1,", "\"version\": 1.5,", "version 1.5")]
    [InlineData("\\{\n  \"version\"", "{\n<<<<<<< HEAD\n  \"version\"", "merge conflict")]
    public void A_lock_with_an_unknown_a_repeated_or_an_empty_key_is_an_error_that_names_it(string pattern, string with, string named)
    {
        Compile(Options());
        Edit(pattern, with);
        CimException e = Refused(Options());
        Assert.True(e.Code is "CIM1010" or "CIM0011", e.ToString());
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
        Assert.Equal(_lock, e.File);
    }

    [Fact]
    public void A_wrong_value_in_a_lock_is_an_error_with_its_line()
    {
        Compile(Options());
        Edit("\"samples\": \\d+", "\"samples\": \"ten\"");
        int line = 1 + Array.FindIndex(File.ReadAllLines(_lock), l => l.Contains("\"samples\"", StringComparison.Ordinal));
        CimException e = Refused(Options());
        Assert.Equal(("CIM1010", _lock, line), (e.Code, e.File, e.Line));
        Assert.Contains("'result.float.samples' must be a whole number", e.Message, StringComparison.Ordinal);
        Assert.Contains("--force-evaluate", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_is_no_fault_and_another_encoding_is()
    {
        Compile(Options());
        byte[] text = File.ReadAllBytes(_lock);
        File.WriteAllBytes(_lock, [.. Encoding.UTF8.Preamble, .. text]);
        Compile(Options() with { Locked = true });
        File.WriteAllBytes(_lock, Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(text)));
        Assert.Equal("CIM1010", Refused(Options()).Code);
        File.WriteAllBytes(_lock, Encoding.Latin1.GetBytes("{ \"version\": 1, \"inputs\": { \"größe\": \"\" } }"));
        Assert.Equal("CIM1010", Refused(Options()).Code);
    }

    [Theory]
    [InlineData("""{ "policies": [] }""", "list")]
    [InlineData("""{ "policy": [], "plicy": [] }""", "'plicy'")]
    [InlineData("""[{ "name": "conv0", "weightbits": 4 }]""", "'weightbits'")]
    [InlineData("""[{ "name": "conv0", "weightBits": 4, "weightBits": 5 }]""", "weightBits")]
    [InlineData("""[{ "name": "\ud800" }]""", "Unicode")]
    [InlineData("null", "list")]
    public void A_policy_file_with_something_unknown_is_an_error_that_names_it(string text, string named)
    {
        string first = RandomNetworks.Import(RandomNetworks.Chain(1)).Nodes.First(n => n.Op == "Conv").Name;
        string path = _folder.Write("policy.json", Encoding.UTF8.GetBytes(text.Replace("conv0", first, StringComparison.Ordinal)));
        CimException e = Refused(Options() with { PolicyPath = path });
        Assert.Equal(("CIM0011", path), (e.Code, e.File));
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_that_is_not_UTF8_is_an_error()
    {
        string path = _folder.Write("policy.json", Encoding.Latin1.GetBytes("""[{ "name": "größe" }]"""));
        Assert.Equal("CIM0011", Refused(Options() with { PolicyPath = path }).Code);
    }
}
