using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Strips;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

/// <summary>Samples and labels that cannot do what they are for are found before the long work, in words about their file.</summary>
public sealed class CheckStageTests
{
    private const int Inputs = 4;

    private static ModelBuilder Classifier(int classes, string end = "Identity") =>
        new ModelBuilder().Input("x", -1, Inputs).Weight("w", classes, Inputs).Uniform("b", -0.1f, 0.1f, classes)
            .Node("fc", "Gemm", "x w b", "s", ("transB", 1)).Node(end, "s", "y").Output("y");

    private static float[] Data(int count) => RandomNetworks.Samples(count, Inputs, 3);

    [Theory]
    [InlineData("rl")]
    [InlineData("exact")]
    [InlineData("random")]
    [InlineData("evolutionary")]
    [InlineData("strips")]
    [InlineData("merge")]
    public void A_search_with_one_sample_says_how_many_it_needs(string what)
    {
        using var c = new SmallCompilation(Classifier(2), Data(1));
        CimException e = Assert.Throws<CimException>(() => c.Compile(o => what switch
        {
            "strips" => o with { Strips = StripOptions.Parse("auto", null, "strip") },
            "merge" => o with { Merge = ColumnSharingOptions.Parse("auto", "auto") },
            _ => o with { Search = what },
        }));
        Assert.Equal("CIM3011", e.Code);
        Assert.Equal(c.Options.Calibration, e.File);
        Assert.Contains("at least 2 samples", e.Message, StringComparison.Ordinal);
        Assert.Contains("has 1", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Few_samples_are_enough_to_compile_with(int count)
    {
        using var c = new SmallCompilation(Classifier(3), Data(count));
        Assert.NotNull(c.Compile(o => o with { WeightBits = 4 }));
        Assert.NotNull(c.Compile(o => o with { WeightBits = 4, Rounding = "learned" }));
        Assert.NotNull(c.Compile(o => o with { Training = o.Calibration, Epochs = 1 }));
        if (count > 1) Assert.NotNull(c.Compile(o => o with { Search = "random", SearchEvaluations = 2 }).Search);
    }

    [Theory]
    [InlineData(0f, true, "zero")]
    [InlineData(0.5f, true, "all numbers are 0.5")]
    [InlineData(1e-40f, false, "no number is larger")]
    [InlineData(1e30f, false, "numbers reach")]
    public void Calibration_samples_that_say_nothing_are_warned_of(float size, bool constant, string fact)
    {
        using var c = new SmallCompilation(Classifier(2), [.. Data(20).Select(v => constant ? size : v * size)]);
        CompileWarning warning = Assert.Single(c.Compile().Warnings, w => w.Code == ErrorCodes.SamplesSayNothing);
        Assert.Contains(fact, warning.Message, StringComparison.Ordinal);
        Assert.Contains("data.npz", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_sample_again_and_again_is_warned_of_and_others_are_not()
    {
        using var same = new SmallCompilation(Classifier(2), [.. Enumerable.Repeat(Data(1), 12).SelectMany(s => s)]);
        Assert.Contains("all 12 samples are the same",
            Assert.Single(same.Compile().Warnings, w => w.Code == ErrorCodes.SamplesSayNothing).Message, StringComparison.Ordinal);
        using var different = new SmallCompilation(Classifier(2), Data(12));
        different.Compile();
        Assert.DoesNotContain(ErrorCodes.SamplesSayNothing, different.Warnings);
    }

    [Fact]
    public void Evaluation_samples_of_one_label_are_warned_of()
    {
        using var c = new SmallCompilation(Classifier(2), Data(20), [.. Enumerable.Repeat(1L, 20)]);
        c.Compile(o => o with { Evaluation = o.Calibration });
        Assert.Contains(ErrorCodes.OneLabel, c.Warnings);
    }

    [Theory]
    [InlineData("Sigmoid", 0.5f)]
    [InlineData("Identity", 0f)]
    public void One_output_is_judged_by_its_threshold(string end, float threshold)
    {
        using var all = new SmallCompilation(Classifier(1, end), Data(40));
        long[] labels = [.. all.Float().Select(v => v > threshold ? 1L : 0)];
        Assert.Equal(2, labels.Distinct().Count());
        using var c = new SmallCompilation(Classifier(1, end), Data(40), labels);
        CompileResult result = c.Compile(o => o with { Evaluation = o.Calibration });
        Assert.Equal(40, result.AccuracyFloat!.Correct);
        Assert.True(result.AccuracyCompiled!.Correct >= 38, $"{result.AccuracyCompiled.Correct}");
        CompileResult searched = c.Compile(
            o => o with { Evaluation = o.Calibration, Search = "random", SearchEvaluations = 3, MaxAccuracyLoss = 30 });
        Assert.True(searched.Search!.IsWithinBudget);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(3, 3)]
    [InlineData(3, -1)]
    public void A_label_no_output_can_name_is_found_before_the_work(int classes, int label)
    {
        using var c = new SmallCompilation(Classifier(classes), Data(6), [0, 0, 0, label, 0, 0]);
        var lines = new ProgressLines();
        foreach (Func<CompileOptions, CompileOptions> use in new Func<CompileOptions, CompileOptions>[]
        {
            o => o with { Evaluation = o.Calibration },
            o => o with { Training = o.Calibration, Epochs = 1 },
        })
        {
            CimException e = Assert.Throws<CimException>(() => CompilePipeline.Compile(use(c.Options), lines));
            if (e.Code == ErrorCodes.WrongUsage && classes == 1) continue; // Training needs scores of classes at all.
            Assert.Equal("CIM0007", e.Code);
            Assert.Contains("Sample 3", e.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(lines.All, l => l.Contains("calibrating", StringComparison.Ordinal));
    }

    [Fact]
    public void A_network_that_gives_labels_is_judged_by_them()
    {
        ModelBuilder model = new ModelBuilder().Input("x", -1, Inputs).Weight("w", 3, Inputs)
            .Node("fc", "Gemm", "x w", "s", ("transB", 1)).Node("ArgMax", "s", "y", ("axis", 1), ("keepdims", 0)).Output("y", 7);
        using var all = new SmallCompilation(model, Data(70));
        using var c = new SmallCompilation(model, Data(70), [.. all.Float().Select(v => (long)v)]);
        CompileResult result = c.Compile(o => o with { Evaluation = o.Calibration });
        Assert.Equal(1, result.AccuracyFloat!.Fraction);
        Assert.True(result.AccuracyCompiled!.Fraction > 0.9);
        // Rounding and searches compare the scores behind the labels.
        Assert.NotNull(c.Compile(o => o with { WeightBits = 4 }));
        Assert.NotNull(c.Compile(o => o with { Search = "random", SearchEvaluations = 2 }).Search);
    }

    [Fact]
    public void Of_several_outputs_the_first_that_can_name_the_labels_is_judged()
    {
        ModelBuilder model = new ModelBuilder().Input("x", -1, Inputs).Weight("v", 1, Inputs).Weight("w", 3, Inputs)
            .Node("a", "Gemm", "x v", "size", ("transB", 1)).Node("b", "Gemm", "x w", "scores", ("transB", 1)).Output("size")
                .Output("scores");
        using var c = new SmallCompilation(model, Data(12), [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
        Assert.Equal(12, c.Compile(o => o with { Evaluation = o.Calibration }).AccuracyFloat!.Samples);
        string wrong = c.Write("wrong.npz", Data(3), [0, 1, 3]);
        CimException e = Assert.Throws<CimException>(() => c.Compile(o => o with { Evaluation = wrong }));
        Assert.Equal("CIM0007", e.Code);
        Assert.Contains("'size'", e.Message, StringComparison.Ordinal);
        Assert.Contains("'scores'", e.Message, StringComparison.Ordinal);
    }
}
