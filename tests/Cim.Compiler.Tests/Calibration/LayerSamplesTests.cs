using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Calibration;

public sealed class LayerSamplesTests
{
    /// <summary>A network of 12 rows a run, which are the channels (or the rows) of one image to the layer.</summary>
    [Theory]
    [InlineData("conv")]
    [InlineData("gemm")]
    public void A_layer_that_sees_all_rows_of_a_run_as_one_image_is_quantized(string kind)
    {
        const int Rows = 12, Columns = 8, Runs = 10;
        ModelBuilder m = new ModelBuilder().Input("x", Rows, Columns);
        if (kind == "conv")
            m.Ints("shape", 1, Rows, Columns).Weight("w", 4, Rows, 3).Node("Reshape", "x shape", "i")
                .Node("conv", "Conv", "i w", "y", ("kernel_shape", new[] { 3 }));
        else m.Ints("shape", 1, Rows * Columns).Weight("w", 4, Rows * Columns).Node("Reshape", "x shape", "i")
            .Node("fc", "Gemm", "i w", "y", ("transB", 1));
        using var c = new SmallCompilation(m.Output("y"), RandomNetworks.Samples(Rows * Runs, Columns, 3));
        Assert.NotNull(c.Compile());
        Assert.NotNull(c.Compile(o => o with { WeightBits = 4, Rounding = "compensated" }));
    }
}
