using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Networks;
using Cim.Training.Operators.Normalization;
using Xunit;

namespace Cim.Training.Tests.Differentiation;

public sealed class LayerGradients
{
    [Theory]
    [InlineData(0, 0, 1f, 1f)]
    [InlineData(1, 0, 0.5f, 2f)]
    [InlineData(0, 1, 2f, 0.5f)]
    [InlineData(1, 1, 1f, 0f)]
    public void Gemm_with_every_transposition(int transA, int transB, float alpha, float beta)
    {
        foreach (long[] bias in new long[][] { [5], [3, 1], [1, 5], [3, 5] })
        {
            var check = new GradientCheck(1, doublePrecision: true);
            string a = check.Variable(transA == 0 ? [3, 4] : [4, 3]);
            string b = check.Variable(transB == 0 ? [4, 5] : [5, 4]);
            string c = check.Variable(bias);
            check.Agrees(check.Builder.Op(
                "Gemm", [a, b, c], Attributes.Int("transA", transA), Attributes.Int("transB", transB), Attributes.Float("alpha", alpha),
                Attributes.Float("beta", beta)));
        }
    }

    [Fact]
    public void MatMul_batched_broadcast_and_with_vectors()
    {
        (long[] A, long[] B)[] shapes =
        [
            ([3, 4], [4, 5]), ([2, 3, 4], [4, 5]), ([2, 3, 4], [2, 4, 5]), ([2, 1, 3, 4], [3, 4, 2]), ([3, 4], [2, 4, 5]),
            ([4], [4, 5]), ([3, 4], [4]), ([2, 3, 4], [4]), ([4], [2, 4, 3]), ([1, 3, 4], [2, 4, 5]),
        ];
        foreach ((long[] a, long[] b) in shapes)
        {
            var check = new GradientCheck(2, doublePrecision: true);
            check.Agrees(check.Builder.Op("MatMul", check.Variable(a), check.Variable(b)));
        }
    }

    [Fact]
    public void Conv_over_random_geometries()
    {
        var random = new Random(3);
        for (int trial = 0; trial < 60; trial++)
        {
            int rank = trial % 4 == 3 ? 1 : 2;
            int group = trial % 5 == 1 ? 2 : 1;
            int channels = random.Next(1, 4) * group;
            int outputs = random.Next(1, 4) * group;
            if (trial % 5 == 2)
                group = outputs = channels = random.Next(2, 5);
            if (trial % 15 == 4)
                (group, channels, outputs) = (2, 2, 4);
            long[] kernel = Draw(rank, () => random.Next(1, 4));
            long[] strides = Draw(rank, () => random.Next(1, 3));
            long[] dilations = Draw(rank, () => random.Next(1, 3));
            long[] pads = Draw(2 * rank, () => random.Next(0, 3));
            long[] size = Draw(rank, () => random.Next(5, 8));
            var check = new GradientCheck(trial, doublePrecision: false);
            string x = check.Variable([2, channels, .. size]);
            string w = check.Variable([outputs, channels / group, .. kernel]);
            string b = check.Variable([outputs]);
            check.Agrees(check.Builder.Op(
                "Conv",
                [x, w, b],
                Attributes.Ints("kernel_shape", kernel),
                Attributes.Ints("strides", strides),
                Attributes.Ints("dilations", dilations),
                Attributes.Ints("pads", pads),
                Attributes.Int("group", group)));
        }
    }

    [Fact]
    public void Conv_whose_images_and_channels_fill_blocks()
    {
        (long[] Size, long[] Kernel, long[] Strides, long[] Dilations, long[] Pads)[] cases =
        [
            ([3, 4], [3, 3], [1, 1], [1, 1], [1, 1, 1, 1]), ([5, 6], [3, 2], [2, 2], [1, 1], [1, 0, 1, 1]),
                ([6, 5], [2, 2], [1, 2], [2, 1], [0, 1, 1, 0]),
            ([14, 14], [1, 1], [1, 1], [1, 1], [0, 0, 0, 0]),
        ];
        foreach ((long[] size, long[] kernel, long[] strides, long[] dilations, long[] pads) in cases)
        {
            // Only the weights are checked position by position where images are large; the inputs would take minutes.
            var check = new GradientCheck(11, doublePrecision: false);
            string w = check.Variable([8, 8, .. kernel]);
            string x = check.Variable([8, 8, .. size]);
            check.Agrees(
                size[0] < 14,
                check.Builder.Op("Conv", [x, w], Attributes.Ints("strides", strides), Attributes.Ints("dilations", dilations),
                    Attributes.Ints("pads", pads)));
        }
    }

    [Theory]
    [InlineData("SAME_UPPER", 1)]
    [InlineData("SAME_UPPER", 2)]
    [InlineData("SAME_LOWER", 2)]
    [InlineData("VALID", 2)]
    public void Conv_with_automatic_pads(string autoPad, int stride)
    {
        var check = new GradientCheck(4, doublePrecision: false);
        string x = check.Variable([2, 2, 6, 5]);
        string w = check.Variable([3, 2, 3, 2]);
        check.Agrees(check.Builder.Op("Conv", [x, w], Attributes.String("auto_pad", autoPad), Attributes.Ints("strides", stride, stride)));
    }

    [Fact]
    public void BatchNormalization_with_fixed_statistics()
    {
        var check = new GradientCheck(5, doublePrecision: true);
        string x = check.Variable([2, 3, 2, 2]);
        string scale = check.Variable([3]);
        string bias = check.Variable([3]);
        string mean = check.Builder.Constant([0.1, -0.2, 0.3], [3]);
        string variance = check.Builder.Constant([0.5, 1, 2], [3]);
        check.Agrees(check.Builder.Op("BatchNormalization", x, scale, bias, mean, variance));
    }

    [Fact]
    public void BatchNormalization_with_batch_statistics()
    {
        foreach (long[] dims in new long[][] { [3, 2, 2, 3], [7, 4] })
        {
            var check = new GradientCheck(6, doublePrecision: true);
            string x = check.Variable(dims);
            string scale = check.Variable([dims[1]]);
            string bias = check.Variable([dims[1]]);
            NodeProto node = check.Builder.Node(BatchStatisticsNormalization.OperatorType, [x, scale, bias], 3, TrainingDomain.Name);
            node.Attribute.Add(Attributes.Ints("axes", [0, .. Enumerable.Range(2, dims.Length - 2).Select(axis => (long)axis)]));
            check.Agrees(node.Output[0]);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void LayerNormalization(int axis)
    {
        var check = new GradientCheck(7, doublePrecision: true);
        long[] dims = [2, 3, 4];
        string x = check.Variable(dims);
        string scale = check.Variable(axis == -1 ? [4] : [3, 4]);
        string bias = check.Variable(axis == -1 ? [4] : [3, 4]);
        check.Agrees(check.Builder.Op("LayerNormalization", [x, scale, bias], Attributes.Int("axis", axis)));
    }

    [Fact]
    public void MaxPool_over_tiling_and_overlapping_windows()
    {
        (long[] Size, long[] Kernel, long[] Strides, long[] Pads, int Ceil)[] cases =
        [
            ([6, 4], [2, 2], [2, 2], [0, 0, 0, 0], 0), ([5, 6], [3, 3], [2, 2], [1, 1, 1, 1], 0), ([5, 5], [2, 3], [1, 1], [0, 1, 0, 1], 0),
            ([5, 5], [2, 2], [2, 2], [0, 0, 0, 0], 1), ([9], [3], [2], [0, 0], 0),
        ];
        foreach ((long[] size, long[] kernel, long[] strides, long[] pads, int ceil) in cases)
        {
            var check = new GradientCheck(8, doublePrecision: true);
            string x = check.Variable([2, 2, .. size], distinct: true);
            check.Agrees(check.Builder.Op(
                "MaxPool", [x], Attributes.Ints("kernel_shape", kernel), Attributes.Ints("strides", strides), Attributes.Ints("pads", pads),
                Attributes.Int("ceil_mode", ceil)));
        }
    }

    [Fact]
    public void AveragePool_with_and_without_counted_pads()
    {
        (long[] Size, long[] Kernel, long[] Strides, long[] Pads, int Count)[] cases =
        [
            ([6, 4], [2, 2], [2, 2], [0, 0, 0, 0], 0), ([5, 6], [3, 3], [2, 2], [1, 1, 1, 1], 0), ([5, 6], [3, 3], [2, 2], [1, 1, 1, 1], 1),
            ([5, 5], [2, 3], [1, 2], [0, 1, 0, 1], 0), ([9], [3], [2], [0, 0], 0), ([7, 7], [2, 2], [2, 2], [0, 0, 0, 0], 0),
        ];
        foreach ((long[] size, long[] kernel, long[] strides, long[] pads, int count) in cases)
        {
            var check = new GradientCheck(9, doublePrecision: false);
            string x = check.Variable([2, 2, .. size]);
            check.Agrees(check.Builder.Op(
                "AveragePool", [x], Attributes.Ints("kernel_shape", kernel), Attributes.Ints("strides", strides),
                Attributes.Ints("pads", pads), Attributes.Int("count_include_pad", count)));
        }
    }

    [Fact]
    public void GlobalAveragePool()
    {
        var check = new GradientCheck(10, doublePrecision: false);
        check.Agrees(check.Builder.Op("GlobalAveragePool", check.Variable([2, 3, 4, 5])));
    }

    private static long[] Draw(int count, Func<int> next) => [.. Enumerable.Range(0, count).Select(_ => (long)next())];
}
