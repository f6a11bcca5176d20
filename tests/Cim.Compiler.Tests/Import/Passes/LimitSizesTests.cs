using Cim.Compiler.Import;
using Cim.Compiler.Import.Passes;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Afterwards no value of one image has more than 2^25 elements.</summary>
public sealed class LimitSizesTests
{
    [Fact]
    public void A_value_too_large_for_one_image_is_reported_by_name() =>
        ImportAssert.Fails(new ModelBuilder().Input("x", 1, 3, 1 << 10, 1 << 10).Weight("w", 64, 3, 1, 1).Node("Conv", "x w", "huge")
            .Output("huge"), ErrorCodes.InvalidGraph, "'huge'", "smaller");

    [Fact]
    public void The_limit_itself_is_allowed_and_images_of_a_batch_do_not_count()
    {
        int side = (int)LimitSizes.MaxElements;
        Graph graph = OnnxImporter.Import(new ModelBuilder().Input("x", -1, side).Node("Relu", "x", "y").Output("y").Bytes, null,
            ImportOptions.Default with { Optimise = false });
        Assert.Equal(LimitSizes.MaxElements, graph.Values["y"].Shape.Bind(1).Elements);
        ImportAssert.Fails(new ModelBuilder().Input("x", -1, side + 1).Node("Relu", "x", "y").Output("y"), ErrorCodes.InvalidGraph, "'x'");
    }
}
