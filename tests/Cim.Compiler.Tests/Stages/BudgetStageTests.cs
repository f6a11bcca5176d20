using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting.Html;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Tests.Shared;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

/// <summary>Budgets, warnings and headlines are about the fidelity a model is used at, converters included.</summary>
public sealed class BudgetStageTests : IDisposable
{
    private const int Samples = 48;

    private readonly TemporaryFolder _folder = new();
    private readonly string _model, _data, _unlabelled, _narrow;

    public BudgetStageTests()
    {
        // Labels are what the float network says, so its accuracy is 1 by construction.
        _model = _folder.Write("net.onnx", RandomNetworks.Chain(1));
        GraphInput input = GraphInput.Of(RandomNetworks.Import(RandomNetworks.Chain(1)));
        float[] x = RandomNetworks.Samples(Samples, input.SampleElements, 9);
        using var session = new OnnxSession(_model);
        long[] labels = new long[Samples];
        using (var y = session.Run(input.Split(0, Samples, x), ["y"]))
            for (int i = 0; i < Samples; i++) labels[i] = Accuracy.ArgMax(y[0].GetTensorDataAsSpan<float>().Slice(i * 5, 5));
        byte[] images = DataFiles.Npy("<f4", [.. input.Ports[0].Dims(Samples)], DataFiles.Floats(x));
        _data = _folder.Write("data.npz", DataFiles.Npz(("x", images), ("y", DataFiles.Npy("<i8", [Samples], DataFiles.Longs(labels)))));
        _unlabelled = _folder.Write("x.npy", images);
        _narrow = _folder.Write("narrow.cimhw.json", """{"base":"isaac","adcBits":1,"adcRange":[0,1]}"""u8.ToArray());
    }

    public void Dispose() => _folder.Dispose();

    private CompileOptions Options(string hardware) => new()
    {
        ModelPath = _model, OutputPath = _folder.At("net.cim"), Calibration = _data, Evaluation = _data, Hardware = hardware,
    };

    [Fact]
    public void A_budget_is_judged_through_converters_that_change_sums()
    {
        CimException missed = Assert.Throws<CimException>(() => CompilePipeline.Compile(Options(_narrow) with { MaxAccuracyLoss = 5 }));
        Assert.Equal(ErrorCodes.AccuracyBudgetMissed, missed.Code);
        Assert.Contains("at fidelity adc", missed.Message, StringComparison.Ordinal);
        Assert.Contains("with exact sums", missed.Message, StringComparison.Ordinal);
        Assert.Contains("adcBits", missed.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.At("net.cim")));
    }

    [Fact]
    public void Whoever_asks_for_exact_gets_it_judged_exactly_and_a_warning_that_names_the_converters()
    {
        CompileResult result = CompilePipeline.Compile(Options(_narrow) with { MaxAccuracyLoss = 20, Fidelity = Fidelity.Exact });
        Assert.Equal(result.AccuracyExact, result.AccuracyCompiled);
        CompileWarning warning = Assert.Single(result.Warnings, w => w.Code == ErrorCodes.ConvertersLoseAccuracy);
        Assert.Contains("1-bit converters of", warning.Message, StringComparison.Ordinal);
        Assert.Contains("differential", warning.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(null), InlineData(Fidelity.Exact), InlineData(Fidelity.Adc), InlineData(Fidelity.Device)]
    public void Result_class_and_report_agree_with_an_evaluation_at_the_fidelity(Fidelity? fidelity)
    {
        CompileResult result = CompilePipeline.Compile(Options(_narrow) with { Fidelity = fidelity });
        Assert.Equal(fidelity ?? Fidelity.Adc, result.Fidelity);
        using CimModel model = CimModel.Load(_folder.At("net.cim"));
        var evaluator = new CompiledEvaluator(model);
        Accuracy measured = evaluator.Evaluate(DataSet.Open(_data, evaluator.Input.Ports, Preprocessing.None),
            new RunOptions { Fidelity = result.Fidelity }, 0, null, CancellationToken.None);
        Assert.Equal(measured.Correct, result.AccuracyCompiled!.Correct);
        Assert.Equal((measured.Fraction, result.Fidelity), (model.Info.AccuracyCompiled!.Value, model.Info.AccuracyFidelity));
        Assert.Equal(measured.Fraction, result.Report.AccuracyCompiled);
        Assert.Equal(100 * (1 - measured.Fraction), result.Accuracy!.LossPoints, 6);
        string large = SummarySection.Render(result.Report);
        large = large[large.IndexOf("<h2>Compiled", StringComparison.Ordinal)..];
        Assert.Contains(
            $"at <code>{result.Report.Fidelity}</code>, {measured.Correct} of {Samples} correct", large, StringComparison.Ordinal);
    }

    [Fact]
    public void Converters_that_change_nothing_are_judged_as_exact()
    {
        string wide = _folder.Write("wide.cimhw.json", """{"base":"isaac","adcBits":16,"adcRange":"full"}"""u8.ToArray());
        CompileResult result = CompilePipeline.Compile(Options(wide));
        Assert.Equal(Fidelity.Exact, result.Fidelity);
        Assert.Equal(result.AccuracyExact!.Correct, result.AccuracyAdc!.Correct);
        Assert.DoesNotContain(result.Warnings, w => w.Code == ErrorCodes.ConvertersLoseAccuracy);
    }

    [Fact]
    public void Without_labels_outputs_tell_that_converters_lose_accuracy()
    {
        CompileOptions options = Options(_narrow) with { Calibration = _unlabelled, Evaluation = null };
        CompileResult result = CompilePipeline.Compile(options);
        Assert.Contains(result.Warnings, w => w.Code == ErrorCodes.ConvertersLoseAccuracy);
        Assert.InRange(result.Agreement!.LossPoints, 0, 100);
        CompileResult wide = CompilePipeline.Compile(options with { Hardware = "isaac", AdcBits = 14 });
        Assert.DoesNotContain(wide.Warnings, w => w.Code == ErrorCodes.ConvertersLoseAccuracy);
        Assert.True(wide.Agreement!.RelativeL2 < result.Agreement.RelativeL2);
        Assert.True(wide.Agreement.Cosine > 0.9);
    }

    [Fact]
    public void More_arrays_than_allowed_are_an_error_without_a_search()
    {
        CimException e = Assert.Throws<CimException>(() => CompilePipeline.Compile(Options("isaac") with { MaxArrays = 1 }));
        Assert.Equal(ErrorCodes.TooManyArrays, e.Code);
        Assert.Contains("--max-arrays is '1'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_that_finds_nothing_for_lack_of_arrays_says_so()
    {
        CompileResult result = CompilePipeline.Compile(Options("isaac") with { MaxArrays = 1, Search = "exact", SearchEvaluations = 2 });
        CompileWarning warning = Assert.Single(result.Warnings, w => w.Code == ErrorCodes.SearchFoundNothing);
        Assert.Contains("--max-arrays is '1'", warning.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("calibration samples", warning.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("exact"), InlineData("random"), InlineData("evolutionary"), InlineData("rl")]
    public void A_search_without_time_keeps_the_best_it_measured(string searcher)
    {
        string policy = _folder.At("policy.json");
        CompileResult result = CompilePipeline.Compile(
            Options("isaac") with { Search = searcher, SearchMinutes = 1e-9, MaxAccuracyLoss = 60, PolicyOutputPath = policy });
        Assert.True(result.Search!.IsWithinBudget);
        Assert.DoesNotContain(result.Warnings, w => w.Code == ErrorCodes.SearchFoundNothing);
        Assert.Contains(result.Warnings, w => w.Code == ErrorCodes.SearchRanOutOfTime);
        Assert.True(File.Exists(policy));
    }

    [Fact]
    public void No_more_is_lost_than_the_float_network_has()
    {
        float[] reference = [5, 0, 0, 5, 5, 0, 0, 5], far = [-1e6f, 1e6f, 1e6f, -1e6f, -1e6f, 1e6f, 1e6f, -1e6f];
        var comparison = new OutputComparison(reference, 4, 9, areProbabilities: false, [0, 1, 0, 0]);
        Assert.Equal(75, comparison.MostPoints);
        Assert.InRange(comparison.Of(far).LossPoints, 0, 75);
        var others = new OutputComparison(reference, 8, 9, areProbabilities: false, default);
        Assert.InRange(others.Of([.. reference.Select(v => v + 1e6f)]).LossPoints, 0, 100);
    }
}
