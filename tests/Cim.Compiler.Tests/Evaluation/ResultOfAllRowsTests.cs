using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Evaluation;

/// <summary>A network of a fixed number of rows may have one result for all of them: of that, no row has a class.</summary>
public sealed class ResultOfAllRowsTests
{
    private const int Rows = 6, Width = 8, Runs = 20;

    private static ModelBuilder Network() => new ModelBuilder().Input("x", Rows, Width).Ints("all", 1, Rows * Width)
        .Weight("w", 3, Rows * Width).Node("Reshape", "x all", "r").Node("fc", "Gemm", "r w", "y", ("transB", 1)).Output("y");

    private static SmallCompilation Compilation(long[]? labels = null) =>
        new(Network(), RandomNetworks.Samples(Rows * Runs, Width, 3), labels);

    [Theory]
    [InlineData("uniform")]
    [InlineData("rl")]
    public void It_is_compared_run_by_run(string search)
    {
        using SmallCompilation c = Compilation();
        var result = c.Compile(o => o with { Search = search, SearchEvaluations = 3 });
        Assert.InRange(result.Agreement!.Cosine, 0.99, 1.000001);
        Assert.InRange(result.Agreement.Top!.Value, 0.8, 1);
    }

    [Fact]
    public void Labels_of_rows_are_refused_before_anything_is_run()
    {
        using SmallCompilation c = Compilation([.. Enumerable.Range(0, Rows * Runs).Select(i => (long)(i % 3))]);
        CimException e = Assert.Throws<CimException>(() => c.Compile(o => o with { Evaluation = o.Calibration }));
        Assert.Equal(ErrorCodes.InvalidLabels, e.Code);
        Assert.Contains("No output of the model is one result a sample", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_of_calibration_samples_are_of_no_use_to_it()
    {
        using SmallCompilation c = Compilation([.. Enumerable.Range(0, Rows * Runs).Select(i => (long)(i % 3))]);
        Assert.NotNull(c.Compile(o => o with { Search = "rl", SearchEvaluations = 3 }));
    }
}
