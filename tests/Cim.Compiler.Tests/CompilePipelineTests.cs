using System.Collections.Immutable;
using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Reporting;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Strips;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Tests.Shared;
using Xunit;

namespace Cim.Compiler.Tests;

public sealed class CompilePipelineTests : IDisposable
{
    private const int Samples = 48;

    private readonly TemporaryFolder _folder = new();
    private readonly string _model, _data;

    public CompilePipelineTests()
    {
        // Labels are what the float network says, so its accuracy is 1 by construction.
        _model = _folder.Write("net.onnx", RandomNetworks.Chain(1));
        GraphInput input = GraphInput.Of(RandomNetworks.Import(RandomNetworks.Chain(1)));
        float[] x = RandomNetworks.Samples(Samples, input.SampleElements, 9);
        using var session = new OnnxSession(_model);
        long[] labels = new long[Samples];
        using (var y = session.Run(input.Split(0, Samples, x), ["y"]))
            for (int i = 0; i < Samples; i++) labels[i] = Accuracy.ArgMax(y[0].GetTensorDataAsSpan<float>().Slice(i * 5, 5));
        _data = _folder.Write("data.npz", DataFiles.Npz(
            ("x", DataFiles.Npy("<f4", [.. input.Ports[0].Dims(Samples)], DataFiles.Floats(x))),
            ("y", DataFiles.Npy("<i8", [Samples], DataFiles.Longs(labels)))));
    }

    public void Dispose() => _folder.Dispose();

    private CompileOptions Options(string output = "net.cim") => new()
    {
        ModelPath = _model, OutputPath = _folder.At(output), Calibration = _data, Evaluation = _data,
    };

    private string[] Files() =>
        [.. Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(_folder.Path, f))
        .Order(StringComparer.Ordinal)];

    [Fact]
    public void Strips_save_the_cells_asked_for_keep_the_accuracy_and_are_locked()
    {
        CompileOptions options = Options() with
        {
            Strips = StripOptions.Parse("0.3", null, "strip"),
            LockPath = _folder.At("lock.json"),
            ReportDirectory = _folder.At("report"),
        };
        CompileResult first = CompilePipeline.Compile(options);
        Assert.True(first.Cost.Cells <= 0.7 * first.Baseline.Cells, $"{first.Cost.Cells} of {first.Baseline.Cells}");
        Assert.True(first.AccuracyCompiled!.Correct >= Samples - 8, $"{first.AccuracyCompiled.Correct}");
        Assert.Contains(first.Policy.Layers, l => l.Layout is LayerLayout.Strips);
        LayerReport striped = first.Report.Layers.First(l => l.Strips is not null);
        Assert.Equal((long)striped.Rows * striped.Columns, striped.Strips!.Value.Sum(s => s.Weights));
        byte[] bytes = File.ReadAllBytes(_folder.At("net.cim"));
        CompilePipeline.Compile(options);
        Assert.Equal(bytes, File.ReadAllBytes(_folder.At("net.cim")));
        using CimModel model = CimModel.Load(_folder.At("net.cim"));
        Assert.Equal(first.Cost.EnergyPj, model.Info.Cost.EnergyPj);
    }

    [Fact]
    public void Merging_saves_the_cells_asked_for_and_is_locked()
    {
        CompileOptions options = Options() with
        {
            Hardware = "nju-32",
            Merge = ColumnSharingOptions.Parse("0.2", "auto"),
            LockPath = _folder.At("lock.json"),
            ReportDirectory = _folder.At("report"),
        };
        CompileResult first = CompilePipeline.Compile(options);
        Assert.True(first.Cost.Cells <= 0.8 * first.Baseline.Cells, $"{first.Cost.Cells} of {first.Baseline.Cells}");
        // Asked of the strips there are; those that then round to zeros take no cells with columns of their own either.
        Assert.InRange(first.Report.Merged!.Saved, 0.18, 0.4);
        Assert.Equal(first.Report.Merged.Cells, first.Cost.Cells);
        Assert.True(first.AccuracyCompiled!.Correct >= Samples / 2, $"{first.AccuracyCompiled.Correct}");
        byte[] bytes = File.ReadAllBytes(_folder.At("net.cim"));
        CompilePipeline.Compile(options);
        Assert.Equal(bytes, File.ReadAllBytes(_folder.At("net.cim")));
        Assert.Equal("CIM1010", Assert.Throws<CimException>(
            () => CompilePipeline.Compile(options with { Merge = ColumnSharingOptions.Parse("0.3", "auto") })).Code);
    }

    [Fact]
    public void Merging_follows_a_search_with_strips_of_several_widths_in_one_compilation()
    {
        CompileOptions options = Options() with
        {
            Hardware = "nju-32",
            Search = "random",
            SearchEvaluations = 3,
            Strips = StripOptions.Parse("0.3", "8,4,2", "strip"),
            Merge = ColumnSharingOptions.Parse("0.2", "group"),
            MaxAccuracyLoss = 30,
        };
        CompileResult result = CompilePipeline.Compile(options);
        Assert.NotNull(result.Search);
        Assert.Contains(result.Policy.Layers, l => l.Layout is { StripWidths: not null, SharesColumns: true });
        Assert.True(result.Report.Merged!.Saved >= 0.2, $"{result.Report.Merged}");
        // The lowest conversions and cells of all three: less than strips alone take of 8 bits.
        Assert.True(result.Cost.Cells <= 0.8 * 0.75 * result.Baseline.Cells, $"{result.Cost.Cells} of {result.Baseline.Cells}");
        CimException wrong = Assert.Throws<CimException>(
            () => CompilePipeline.Compile(Options() with { Hardware = "isaac", Merge = ColumnSharingOptions.Parse("0.2", "spectral") }));
        Assert.Equal("CIM0010", wrong.Code);
    }

    [Fact]
    public void Shared_columns_are_trained_and_as_many_as_a_loss_allows_are_found()
    {
        CompileOptions options = Options() with
        {
            Hardware = "nju-32",
            WeightBits = 4,
            Training = _data,
            Epochs = 1,
            Merge = ColumnSharingOptions.Parse("0.3", "auto"),
        };
        CompileResult trained = CompilePipeline.Compile(options);
        Assert.True(trained.Report.Merged!.Saved >= 0.3, $"{trained.Report.Merged}");
        Assert.True(trained.AccuracyCompiled!.Correct >= Samples / 2, $"{trained.AccuracyCompiled.Correct}");

        options = Options() with
        {
            Hardware = "nju-32",
            Merge = ColumnSharingOptions.Parse("auto", "group"),
            MaxAccuracyLoss = 20,
            Evaluation = null,
        };
        CompileResult found = CompilePipeline.Compile(options);
        Assert.InRange(found.Report.Merged!.Saved, 0.05, 0.95);
        Assert.Equal("CIM3011", Assert.Throws<CimException>(() => CompilePipeline.Compile(options with { Calibration = null })).Code);
    }

    [Fact]
    public void A_network_is_compiled_with_report_and_QDQ_model()
    {
        CompileResult result = CompilePipeline.Compile(
            Options() with { ReportDirectory = _folder.At("report"), ExportQdqPath = _folder.At("qdq.onnx") });
        Assert.Equal(1, result.AccuracyFloat!.Fraction);
        Assert.True(result.AccuracyCompiled!.Correct >= Samples - 2, $"{result.AccuracyCompiled.Correct}");
        Assert.Equal(["data.npz", "net.cim", "net.onnx", "qdq.onnx", Path.Combine("report", "report.html"),
            Path.Combine("report", "report.json")], Files());
        Assert.Equal(["conv1", "conv2", "dense1", "dense2"], result.Report.Layers.Select(l => l.Name));
        Assert.All(result.Report.Layers, l =>
        {
            Assert.InRange(l.Cosine!.Value, 0.99, 1.000001);
            Assert.InRange(l.RelativeL2Error!.Value, 0, 0.1);
            Assert.InRange(l.OwnRelativeL2Error!.Value, 0, l.RelativeL2Error.Value * 1.5);
            Assert.InRange(l.AdcSaturation!.Value, 0, 0.5);
        });

        using CimModel model = CimModel.Load(_folder.At("net.cim"));
        Assert.Equal(result.Cost.EnergyPj, model.Info.Cost.EnergyPj);
        Accuracy again = new CompiledEvaluator(model).Evaluate(
            DataSet.Open(_data, GraphInput.Of(RandomNetworks.Import(RandomNetworks.Chain(1))).Ports, Preprocessing.None),
            Cim.Runtime.RunOptions.Default, 0, null, default);
        Assert.Equal(result.AccuracyCompiled.Correct, again.Correct);
    }

    [Fact]
    public void The_same_inputs_give_the_same_bytes()
    {
        CompilePipeline.Compile(Options("a.cim") with { WeightBits = 4, ActivationBits = 6 });
        CompilePipeline.Compile(Options("b.cim") with { WeightBits = 4, ActivationBits = 6 });
        Assert.Equal(File.ReadAllBytes(_folder.At("a.cim")), File.ReadAllBytes(_folder.At("b.cim")));
    }

    [Fact]
    public void Fewer_bits_cost_less_and_err_more()
    {
        CompileResult wide = CompilePipeline.Compile(Options()),
            narrow = CompilePipeline.Compile(Options() with { WeightBits = 3, ActivationBits = 4 });
        Assert.True(narrow.Cost.EnergyPj < wide.Cost.EnergyPj);
        Assert.Equal(wide.Cost.EnergyPj, narrow.Baseline.EnergyPj);
        Assert.True(narrow.Report.Layers[0].OwnRelativeL2Error > wide.Report.Layers[0].OwnRelativeL2Error);
        Assert.Equal(Samples, narrow.Report.Baseline.Accuracies.Single().Samples);
    }

    [Fact]
    public void A_policy_sets_single_layers()
    {
        string policy = _folder.Write("p.json", """{"policy":[{"name":"conv2","weightBits":3,"activationBits":5}]}"""u8.ToArray());
        CompileResult result = CompilePipeline.Compile(Options() with { PolicyPath = policy });
        Assert.Equal([8, 3, 8, 8], result.Report.Layers.Select(l => l.WeightBits));
        Assert.Equal([8, 5, 8, 8], result.Report.Layers.Select(l => l.ActivationBits));
        string wrong = _folder.Write("q.json", """[{"name":"nope"}]"""u8.ToArray());
        Assert.Equal("CIM0011", Assert.Throws<CimException>(() => CompilePipeline.Compile(Options() with { PolicyPath = wrong })).Code);
    }

    [Fact]
    public void Without_calibration_data_there_is_one_warning()
    {
        var warnings = new List<CompileWarning>();
        CompilePipeline.Compile(Options() with { Calibration = null, Evaluation = null }, null, warnings.Add);
        Assert.Equal("CIM3001", Assert.Single(warnings).Code);
    }

    [Fact]
    public void A_missed_budget_is_an_error_that_leaves_no_model()
    {
        CimException e = Assert.Throws<CimException>(
            () => CompilePipeline.Compile(Options() with { WeightBits = 2, ActivationBits = 2, MaxAccuracyLoss = 0 }));
        Assert.Equal("CIM3002", e.Code);
        Assert.Contains("'", e.Message, StringComparison.Ordinal); // names a layer
        Assert.Equal(["data.npz", "net.onnx"], Files());
        Assert.Equal("CIM3003", Assert.Throws<CimException>(
            () => CompilePipeline.Compile(Options() with { Evaluation = null, MaxAccuracyLoss = 1 })).Code);
    }

    [Fact]
    public void Cancelling_leaves_nothing_behind()
    {
        using var source = new CancellationTokenSource();
        var progress = new Cancelling(source);
        Assert.ThrowsAny<OperationCanceledException>(
            () => CompilePipeline.Compile(Options() with { ReportDirectory = _folder.At("report") }, progress, null, source.Token));
        Assert.Equal(["data.npz", "net.onnx"], Files());
    }

    [Fact]
    public void A_lock_is_written_kept_and_refused_when_an_input_changed()
    {
        string path = _folder.At("net.lock.json");
        CompilePipeline.Compile(Options() with { LockPath = path });
        byte[] first = File.ReadAllBytes(path);
        CompilePipeline.Compile(Options() with { LockPath = path });
        Assert.Equal(first, File.ReadAllBytes(path));
        CimException e = Assert.Throws<CimException>(() => CompilePipeline.Compile(Options() with { LockPath = path, Calibration = null }));
        Assert.Equal("CIM1010", e.Code);
        Assert.Contains("calibration", e.Message, StringComparison.Ordinal);
        CompilePipeline.Compile(Options() with { LockPath = path, Calibration = null, ForceEvaluate = true });
        Assert.NotEqual(first, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("oracle", "latency", 8)]
    [InlineData("uniform", "area", 8)]
    [InlineData("uniform", "latency", 9)]
    public void Impossible_options_are_wrong_usage(string search, string objective, int bits) =>
        Assert.Equal("CIM0010", Assert.Throws<CimException>(
            () => CompilePipeline.Compile(Options() with { Search = search, Objective = objective, WeightBits = bits })).Code);

    private sealed class Cancelling(CancellationTokenSource source) : IProgress<string>
    {
        public void Report(string value)
        {
            if (value.Contains("mapping", StringComparison.Ordinal)) source.Cancel();
        }
    }

    [Theory]
    [InlineData("uniform")]
    [InlineData("random")]
    public void Variation_aware_quantization_reports_what_it_chose_and_goes_with_a_search(string search)
    {
        string hardware = _folder.Write("wan.cimhw.json", """
            {
              "base": "isaac", "name": "wan", "gOn": 4e-5, "gOff": 1e-6, "encoding": "differential",
              "programmingError": { "model": "wan2022" }
            }
            """u8.ToArray());
        CompileOptions options = Options() with
        {
            Hardware = hardware, VariationAware = true, Search = search, SearchEvaluations = 3, MaxAccuracyLoss = search == "uniform"
                ? null
                : 100,
            LockPath = _folder.At("net.lock"), ReportDirectory = _folder.At("report"),
        };
        CompileResult result = CompilePipeline.Compile(options);
        Assert.Equal(result.Policy.Layers.Select(l => l.Name), result.Alignment.Select(a => a.Name));
        Assert.All(result.Policy.Layers, l => Assert.NotNull(l.Layout));
        Assert.True(result.Cost.EnergyPj < result.Baseline.EnergyPj);
        Assert.Contains("Output codes and variation", File.ReadAllText(_folder.At("report/report.html")), StringComparison.Ordinal);

        // The lock holds the cells too: the same model comes out without choosing again.
        byte[] first = File.ReadAllBytes(options.OutputPath!);
        CompileResult again = CompilePipeline.Compile(options);
        Assert.Empty(again.Alignment);
        Assert.Equal(first, File.ReadAllBytes(options.OutputPath!));

        // A word of the prediction: the compiled network's own words are right about as often as was said.
        using CimModel model = CimModel.Load(options.OutputPath!);
        var evaluator = new CompiledEvaluator(model);
        DataSet data = DataSet.Open(_data, evaluator.Input.Ports, Preprocessing.None);
        ImmutableArray<LayerOutputCodes> words = LayerOutputCodes.Mean([.. Enumerable.Range(0, 5).Select(chip =>
            OutputCodes.Measure(model.Compiled, evaluator.Input, data, new RunOptions { Fidelity = Fidelity.Device, Seed = (ulong)chip },
                Samples, default))]);
        foreach (LayerOutputCodes layer in words)
        {
            double predicted = 1 - result.Alignment.First(a => a.Name == layer.Name).Errors.Wrong;
            Assert.InRange(layer.Equal, predicted - 0.1, 1);
        }
    }
}
