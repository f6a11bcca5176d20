using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Rewrites;

/// <summary>Sequences of a structure that is known: lists at import, nothing at run time.</summary>
public sealed class SequenceTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    public void Parts_of_a_split_are_taken_by_their_number(int axis, int keep) =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(13).Input("x", -1, 3, 4).Constant("last", Tensor.Scalar(-1L))
            .Constant("first", Tensor.Scalar(0L)).Node("SplitToSequence", "x", "s", ("axis", axis), ("keepdims", keep))
            .Node("SequenceAt", "s last", "a").Node("SequenceAt", "s first", "b").Node("Sub", "a b", "y").Output("y"));

    [Fact]
    public void Values_are_inserted_erased_counted_and_joined()
    {
        Graph graph = ImportAssert.SameAsOnnxRuntime(new ModelBuilder(13).Input("x", -1, 4).Constant("zero", Tensor.Scalar(0L))
            .Node("Relu", "x", "r").Node("Tanh", "x", "t").Node("SequenceConstruct", "x r", "s").Node("SequenceInsert", "s t zero", "u")
            .Node("SequenceErase", "u", "v").Node("SequenceLength", "v", "n").Node("Cast", "n", "f", ("to", 1))
            .Node("ConcatFromSequence", "v", "c", ("axis", 1)).Node("ConcatFromSequence", "u", "d", ("axis", 1), ("new_axis", 1))
            .Node("Mul", "c f", "y").Output("y").Output("d"));
        Assert.DoesNotContain(graph.Nodes, n => n.Op.StartsWith("Sequence", StringComparison.Ordinal));
    }

    [Fact]
    public void Chunks_of_one_size_leave_a_smaller_last_one() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(13).Input("x", -1, 7).Constant("three", Tensor.Scalar(3L))
            .Constant("two", Tensor.Scalar(2L)).Node("SplitToSequence", "x three", "s", ("axis", 1)).Node("SequenceAt", "s two", "y")
                .Output("y"));

    [Fact]
    public void A_sequence_as_output_is_refused() =>
        ImportAssert.Fails(new ModelBuilder(13).Input("x", -1, 4).Node("SequenceConstruct", "x x", "s").Output("s"),
            ErrorCodes.UnsupportedOperators, "Output 's' is a sequence");
}
