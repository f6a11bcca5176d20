using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests;

/// <summary>A network from file to file: what is made, what is written, and what is left when it fails.</summary>
public sealed class CompilePipelineTests : IDisposable
{
    private readonly ChainCompilation _net = new();

    public void Dispose() => _net.Dispose();

    [Fact]
    public void A_network_is_compiled_with_report_and_QDQ_model()
    {
        CompileResult result = CompilePipeline.Compile(
            _net.Options() with { ReportDirectory = _net.Folder.At("report"), ExportQdqPath = _net.Folder.At("qdq.onnx") });
        Assert.Equal(1, result.AccuracyFloat!.Fraction);
        Assert.True(result.AccuracyCompiled!.Correct >= ChainCompilation.Samples - 2, $"{result.AccuracyCompiled.Correct}");
        Assert.Equal(["data.npz", "net.cim", "net.onnx", "qdq.onnx", Path.Combine("report", "report.html"),
            Path.Combine("report", "report.json")], _net.Files());
        Assert.Equal(["conv1", "conv2", "dense1", "dense2"], result.Report.Layers.Select(l => l.Name));
        Assert.All(result.Report.Layers, l =>
        {
            Assert.InRange(l.Cosine!.Value, 0.99, 1.000001);
            Assert.InRange(l.RelativeL2Error!.Value, 0, 0.1);
            Assert.InRange(l.OwnRelativeL2Error!.Value, 0, l.RelativeL2Error.Value * 1.5);
            Assert.InRange(l.AdcSaturation!.Value, 0, 0.5);
        });

        using CimModel model = CimModel.Load(_net.Folder.At("net.cim"));
        Assert.Equal(result.Cost.EnergyPj, model.Info.Cost.EnergyPj);
        Accuracy again = new CompiledEvaluator(model).Evaluate(
            DataSet.Open(_net.Data, GraphInput.Of(RandomNetworks.Import(RandomNetworks.Chain(1))).Ports, Preprocessing.None),
            Cim.Runtime.RunOptions.Default, 0, null, default);
        Assert.Equal(result.AccuracyCompiled.Correct, again.Correct);
    }

    [Fact]
    public void The_same_inputs_give_the_same_bytes()
    {
        CompilePipeline.Compile(_net.Options("a.cim") with { WeightBits = 4, ActivationBits = 6 });
        CompilePipeline.Compile(_net.Options("b.cim") with { WeightBits = 4, ActivationBits = 6 });
        Assert.Equal(File.ReadAllBytes(_net.Folder.At("a.cim")), File.ReadAllBytes(_net.Folder.At("b.cim")));
    }

    [Fact]
    public void Fewer_bits_cost_less_and_err_more()
    {
        CompileResult wide = CompilePipeline.Compile(_net.Options()),
            narrow = CompilePipeline.Compile(_net.Options() with { WeightBits = 3, ActivationBits = 4 });
        Assert.True(narrow.Cost.EnergyPj < wide.Cost.EnergyPj);
        Assert.Equal(wide.Cost.EnergyPj, narrow.Baseline.EnergyPj);
        Assert.True(narrow.Report.Layers[0].OwnRelativeL2Error > wide.Report.Layers[0].OwnRelativeL2Error);
        Assert.Equal(ChainCompilation.Samples, narrow.Report.Baseline.Accuracies.Single().Samples);
    }

    [Fact]
    public void A_policy_sets_single_layers()
    {
        string policy = _net.Folder.Write("p.json", """{"policy":[{"name":"conv2","weightBits":3,"activationBits":5}]}"""u8.ToArray());
        CompileResult result = CompilePipeline.Compile(_net.Options() with { PolicyPath = policy });
        Assert.Equal([8, 3, 8, 8], result.Report.Layers.Select(l => l.WeightBits));
        Assert.Equal([8, 5, 8, 8], result.Report.Layers.Select(l => l.ActivationBits));
        string wrong = _net.Folder.Write("q.json", """[{"name":"nope"}]"""u8.ToArray());
        CimException e = Assert.Throws<CimException>(() => CompilePipeline.Compile(_net.Options() with { PolicyPath = wrong }));
        Assert.Equal("CIM0011", e.Code);
    }

    [Fact]
    public void Without_calibration_data_there_is_one_warning()
    {
        var warnings = new List<CompileWarning>();
        CompilePipeline.Compile(_net.Options() with { Calibration = null, Evaluation = null }, null, warnings.Add);
        Assert.Equal("CIM3001", Assert.Single(warnings).Code);
    }

    [Fact]
    public void A_missed_budget_is_an_error_that_leaves_no_model()
    {
        CimException e = Assert.Throws<CimException>(
            () => CompilePipeline.Compile(_net.Options() with { WeightBits = 2, ActivationBits = 2, MaxAccuracyLoss = 0 }));
        Assert.Equal("CIM3002", e.Code);
        Assert.Contains("'", e.Message, StringComparison.Ordinal); // names a layer
        Assert.Equal(["data.npz", "net.onnx"], _net.Files());
        Assert.Equal("CIM3003", Assert.Throws<CimException>(
            () => CompilePipeline.Compile(_net.Options() with { Evaluation = null, MaxAccuracyLoss = 1 })).Code);
    }

    [Fact]
    public void Cancelling_leaves_nothing_behind()
    {
        using var source = new CancellationTokenSource();
        var progress = new Cancelling(source);
        CompileOptions options = _net.Options() with { ReportDirectory = _net.Folder.At("report") };
        Assert.ThrowsAny<OperationCanceledException>(() => CompilePipeline.Compile(options, progress, null, source.Token));
        Assert.Equal(["data.npz", "net.onnx"], _net.Files());
    }

    [Fact]
    public void A_lock_is_written_kept_and_refused_when_an_input_changed()
    {
        string path = _net.Folder.At("net.lock.json");
        CompilePipeline.Compile(_net.Options() with { LockPath = path });
        byte[] first = File.ReadAllBytes(path);
        CompilePipeline.Compile(_net.Options() with { LockPath = path });
        Assert.Equal(first, File.ReadAllBytes(path));
        CimException e = Assert.Throws<CimException>(
            () => CompilePipeline.Compile(_net.Options() with { LockPath = path, Calibration = null }));
        Assert.Equal("CIM1010", e.Code);
        Assert.Contains("calibration", e.Message, StringComparison.Ordinal);
        CompilePipeline.Compile(_net.Options() with { LockPath = path, Calibration = null, ForceEvaluate = true });
        Assert.NotEqual(first, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("oracle", "latency", 8)]
    [InlineData("uniform", "area", 8)]
    [InlineData("uniform", "latency", 9)]
    public void Impossible_options_are_wrong_usage(string search, string objective, int bits) =>
        Assert.Equal("CIM0010", Assert.Throws<CimException>(
            () => CompilePipeline.Compile(_net.Options() with { Search = search, Objective = objective, WeightBits = bits })).Code);

    private sealed class Cancelling(CancellationTokenSource source) : IProgress<string>
    {
        public void Report(string value)
        {
            if (value.Contains("mapping", StringComparison.Ordinal)) source.Cancel();
        }
    }
}
