using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Training.Operators;
using Xunit;

namespace Cim.Training.Tests.Differentiation;

public sealed class ShapeGradients
{
    [Fact]
    public void Reshape_flatten_squeeze_and_unsqueeze_keep_order()
    {
        var check = new GradientCheck(1, doublePrecision: true);
        GraphBuilder builder = check.Builder;
        string x = check.Variable([2, 1, 3, 4]);
        string y = builder.Op("Reshape", x, builder.Ints(0, -1, 2));
        string z = builder.Op("Flatten", [y], Attributes.Int("axis", 2));
        string squeezed = builder.Op("Squeeze", x, builder.Ints(1));
        check.Agrees(builder.Op("Mul", z, z), builder.Op("Unsqueeze", squeezed, builder.Ints(0, 3)), builder.Op("Identity", x));
    }

    [Fact]
    public void Transpose_is_undone()
    {
        foreach (long[]? permutation in new long[]?[] { null, [2, 0, 1], [1, 2, 0] })
        {
            var check = new GradientCheck(2, doublePrecision: true);
            string x = check.Variable([2, 3, 4]);
            check.Agrees(permutation is null
                ? check.Builder.Op("Transpose", x)
                : check.Builder.Op("Transpose", [x], Attributes.Ints("perm", permutation)));
        }
    }

    [Fact]
    public void Concat_and_split()
    {
        var check = new GradientCheck(3, doublePrecision: true);
        GraphBuilder builder = check.Builder;
        string a = check.Variable([2, 3]);
        string b = check.Variable([2, 4]);
        string joined = builder.Op("Concat", [a, b, a], Attributes.Int("axis", -1));
        NodeProto split = builder.Node("Split", [joined, builder.Ints(2, 5, 3)], 3);
        split.Attribute.Add(Attributes.Int("axis", 1));

        // The middle part is not used by the loss.
        check.Agrees(builder.Op("Mul", split.Output[0], split.Output[0]), split.Output[2]);
    }

    [Fact]
    public void Slice_with_steps_negative_steps_and_open_ends()
    {
        (long[] Starts, long[] Ends, long[] Axes, long[] Steps)[] cases =
        [
            ([1], [3], [0], [1]), ([0, 1], [5, 6], [0, 1], [2, 2]), ([0, 0], [long.MaxValue, long.MaxValue], [0, 1], [2, 3]),
            ([-1], [long.MinValue], [1], [-1]), ([-2, 4], [-9, 0], [0, 1], [-2, -1]), ([-3], [-1], [-1], [1]),
        ];
        foreach ((long[] starts, long[] ends, long[] axes, long[] steps) in cases)
        {
            var check = new GradientCheck(4, doublePrecision: true);
            GraphBuilder builder = check.Builder;
            string x = check.Variable([5, 7]);
            string y = builder.Op("Slice", x, builder.Ints(starts), builder.Ints(ends), builder.Ints(axes), builder.Ints(steps));
            check.Agrees(builder.Op("Mul", y, y));
        }
    }

    [Fact]
    public void Pad_grows_and_cuts()
    {
        var check = new GradientCheck(5, doublePrecision: true);
        string x = check.Variable([3, 4]);
        check.Agrees(check.Builder.Op("Pad", x, check.Builder.Ints(1, -1, 0, 2)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public void Gather_adds_up_repeated_places(int axis)
    {
        var check = new GradientCheck(6, doublePrecision: true);
        GraphBuilder builder = check.Builder;
        string x = check.Variable([4, 3, 5]);
        TensorProto indices = Tensors.Int64([0, 2, 2, -1], [2, 2]);
        indices.Name = "indices";
        check.Agrees(builder.Op("Gather", [x, builder.Initializer(indices)], Attributes.Int("axis", axis)));
    }

    [Fact]
    public void Gather_of_one_element_drops_the_axis()
    {
        var check = new GradientCheck(7, doublePrecision: true);
        string x = check.Variable([3, 4, 2]);
        check.Agrees(check.Builder.Op("Gather", [x, check.Builder.IntScalar(1)], Attributes.Int("axis", 1)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Reductions_with_and_without_kept_axes(int keepDims)
    {
        var check = new GradientCheck(8, doublePrecision: true);
        GraphBuilder builder = check.Builder;
        string x = check.Variable([2, 3, 4]);
        string mean = builder.Op("ReduceMean", [x], Attributes.Ints("axes", 0, -1), Attributes.Int("keepdims", keepDims));
        string sum = builder.Op("ReduceSum", [x, builder.Ints(1)], Attributes.Int("keepdims", keepDims));
        string all = builder.Op("ReduceMean", [x], Attributes.Int("keepdims", keepDims));
        check.Agrees(builder.Op("Mul", mean, mean), builder.Op("Mul", sum, sum), all);
    }

    [Fact]
    public void Expand_sums_over_new_axes()
    {
        var check = new GradientCheck(9, doublePrecision: true);
        check.Agrees(check.Builder.Op("Expand", check.Variable([3, 1]), check.Builder.Ints(2, 3, 4)));
    }

    [Fact]
    public void Operators_without_a_rule_are_all_named()
    {
        var builder = new GraphBuilder("g");
        string x = builder.Initializer(Tensors.Float("x", [1, 2, 3], [3]));
        NodeProto first = builder.Node("Softsign", [x]);
        first.Name = "the_first";
        NodeProto second = builder.Node("Cos", [first.Output[0]]);
        second.Name = "the_second";
        CimException error = Assert.Throws<CimException>(() => Evaluate.Gradient(builder, second.Output[0], x));
        Assert.Equal(ErrorCodes.NotDifferentiable, error.Code);
        Assert.Contains("Softsign 'the_first'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Cos 'the_second'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_rule_has_a_check()
    {
        // Kept in step by hand: a new rule fails here until its check is written and it is added.
        string[] checkedHere =
        [
            "Add", "Sub", "Mul", "Div", "Pow", "Neg", "Exp", "Log", "Sqrt", "Erf", "Abs", "Relu", "LeakyRelu", "Clip", "Sigmoid", "Tanh",
            "HardSwish", "HardSigmoid", "Softmax", "LogSoftmax", "MatMul", "Gemm", "Conv", "BatchNormalization", "LayerNormalization",
            "MaxPool", "AveragePool", "GlobalAveragePool", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Concat", "Split",
            "Slice", "Pad", "Gather", "Expand", "Identity", "Dropout", "Cast", "ReduceMean", "ReduceSum",
        ];
        Assert.Equal(checkedHere.Order(), OperatorRules.All.Supported.Order());
    }
}
