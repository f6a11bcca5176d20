using System.Runtime.InteropServices;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Spatial;

/// <summary>
/// Resize(X, roi?, scales?, sizes?) with modes nearest, linear and cubic, every coordinate_transformation_mode (the removed
/// tf_half_pixel_for_nn included) and nearest_mode, axes, exclude_outside, extrapolation_value, cubic_coeff_a and
/// keep_aspect_ratio_policy; antialias is refused. nearest works on every element type, the others on float.
/// Upsample and Resize of opset 10 are imported as asymmetric coordinates with nearest_mode floor.
/// </summary>
internal sealed class Resize(AttributeMap attributes) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "X");
        string mode = attributes.String("mode", "nearest"), coordinates = attributes.String("coordinate_transformation_mode", "half_pixel");
        string nearest = attributes.String("nearest_mode", "round_prefer_floor");
        if (mode is not ("nearest" or "linear" or "cubic")) throw Error($"mode '{mode}' is not supported (nearest, linear, cubic are).");
        if (nearest is not ("round_prefer_floor" or "round_prefer_ceil" or "floor" or "ceil"))
            throw Error($"nearest_mode '{nearest}' is unknown.");
        if (!ResizeRule.IsKnownCoordinates(coordinates)) throw Error($"coordinate_transformation_mode '{coordinates}' is unknown.");
        if (attributes.Int("antialias", 0) != 0) throw Error("antialias is not supported.");
        var rule = new ResizeRule(
            coordinates, mode, nearest, attributes.Float("cubic_coeff_a", -0.75f), attributes.Int("exclude_outside", 0) != 0);
        int rank = x.Shape.Rank;
        int[] axes = attributes.Ints("axes") is { IsDefault: false, Length: > 0 } given
            ? AxisList(given.AsSpan(), rank)
            : [.. Enumerable.Range(0, rank)];
        (long[] dims, double[] scales) = Target(inputs, x.Shape, axes);
        TensorInfo output = Output(x.Type, dims);
        if (x.Shape.Elements == 0 && output.Shape.Elements > 0) throw Error($"the empty input {x.Shape} cannot be enlarged.");
        float[]? roi = coordinates == "tf_crop_and_resize"
            ? inputs.ConstantFloats(1, "roi") ?? throw Error("tf_crop_and_resize needs 'roi'.")
            : null;
        if (roi is not null && roi.Length != 2 * axes.Length) throw Error($"roi has {roi.Length} entries, {2 * axes.Length} are needed.");
        var plans = new ResizeAxis?[rank];
        for (int i = 0; i < axes.Length; i++)
        {
            int a = axes[i];
            if (dims[a] == x.Shape[a] && scales[i] == 1 && (roi is null || (roi[i] == 0 && roi[i + axes.Length] == 1))) continue;
            plans[a] = ResizeAxis.Create(rule, x.Shape[a], (int)dims[a], scales[i], roi?[i] ?? 0, roi?[i + axes.Length] ?? 1);
        }

        float extrapolation = attributes.Float("extrapolation_value", 0);
        bool outside = plans.Any(p => p is not null && p.Index.AsSpan().Contains(-1));
        if (mode == "nearest" && !outside)
        {
            return x.Type.SizeOf() switch
            {
                1 => NearestKernel<byte>(output, x.Shape, plans),
                4 => NearestKernel<int>(output, x.Shape, plans),
                _ => NearestKernel<long>(output, x.Shape, plans),
            };
        }

        inputs.Float(0, "X");
        return MixKernel(output, x.Shape, plans, extrapolation);
    }

    private (long[] Dims, double[] Scales) Target(OperatorInputs inputs, Shape input, int[] axes)
    {
        long[] dims = input.ToLongs();
        double[] scales = new double[axes.Length];
        float[]? given = inputs.ConstantFloats(2, "scales");
        long[]? sizes = inputs[3] is null ? null : inputs.ConstantIntegers(3, "sizes");
        if (given is null && (sizes is null || sizes.Length == 0)) throw Error("one of 'scales' and 'sizes' must be given.");
        int entries = given?.Length ?? sizes!.Length;
        if (entries != axes.Length)
            throw Error($"'{(given is null ? "sizes" : "scales")}' has {entries} entries, {axes.Length} are needed.");
        for (int i = 0; i < axes.Length; i++)
        {
            int size = input[axes[i]];
            scales[i] = given is null ? sizes![i] / (double)Math.Max(1, size) : given[i];
            if (!(scales[i] > 0) || scales[i] > int.MaxValue) throw Error($"the scale {scales[i]} of axis {axes[i]} must be positive.");
            dims[axes[i]] = given is null ? sizes![i] : (long)Math.Floor(size * scales[i]);
        }

        string policy = attributes.String("keep_aspect_ratio_policy", "stretch");
        if (given is not null || policy == "stretch") return (dims, scales);
        if (policy is not ("not_larger" or "not_smaller")) throw Error($"keep_aspect_ratio_policy '{policy}' is unknown.");
        double common = policy == "not_larger" ? scales.Min() : scales.Max();
        for (int i = 0; i < axes.Length; i++)
        {
            scales[i] = common;
            dims[axes[i]] = (long)Math.Floor((input[axes[i]] * common) + 0.5);
        }

        return (dims, scales);
    }

    private static Kernel NearestKernel<T>(TensorInfo output, Shape input, ResizeAxis?[] plans) where T : unmanaged
    {
        int rank = plans.Length;
        int[] strides = input.Strides();
        int[][] offsets = new int[rank][]; // input offset contributed by each output index
        for (int d = 0; d < rank; d++)
        {
            offsets[d] = new int[output.Shape[d]];
            for (int o = 0; o < offsets[d].Length; o++) offsets[d][o] = (plans[d]?.Index[o] ?? o) * strides[d];
        }

        int[] inner = rank == 0 ? [0] : offsets[^1];
        int rows = output.Shape.Elements == 0 ? 0 : output.Shape.Product(0, Math.Max(0, rank - 1));
        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<T> x = c.Input<T>(0);
            Span<T> y = c.Output<T>(0);
            Span<int> counters = stackalloc int[rank];
            counters.Clear();
            for (int row = 0; row < rows; row++)
            {
                int from = 0;
                for (int d = 0; d < rank - 1; d++) from += offsets[d][counters[d]];
                Span<T> target = y.Slice(row * inner.Length, inner.Length);
                for (int i = 0; i < target.Length; i++) target[i] = x[from + inner[i]];
                for (int d = rank - 2; d >= 0; d--)
                {
                    if (++counters[d] < offsets[d].Length) break;
                    counters[d] = 0;
                }
            }
        });
    }

    /// <summary>Interpolation is separable: one axis after another, innermost first, through two alternating buffers.</summary>
    private static Kernel MixKernel(TensorInfo output, Shape input, ResizeAxis?[] plans, float extrapolation)
    {
        int rank = plans.Length;
        long largest = 1;
        var sizes = input.ToLongs();
        int[] active = [.. Enumerable.Range(0, rank).Reverse().Where(d => plans[d] is not null)];
        foreach (int d in active)
        {
            sizes[d] = output.Shape[d];
            largest = Math.Max(largest, sizes.Aggregate(1L, (a, b) => checked(a * b)));
        }

        int half = checked((int)((largest + 15) & ~15L));
        if (active.Length == 0) return Kernel.View(output);
        return new Kernel(output, (in KernelCall c) =>
        {
            Span<float> scratch = c.WorkspaceAs<float>();
            ReadOnlySpan<float> source = c.Input<float>(0);
            for (int step = 0; step < active.Length; step++)
            {
                int d = active[step], outer = 1, inner = 1;
                for (int i = 0; i < d; i++) outer *= input[i];
                for (int i = d + 1; i < rank; i++) inner *= output.Shape[i];
                Span<float> target = step == active.Length - 1 ? c.Output<float>(0) : scratch.Slice((step & 1) * half, half);
                Mix(plans[d]!, source, target, new AxisSizes(outer, input[d], output.Shape[d], inner), extrapolation);
                source = target;
            }
        }) { WorkspaceBytes = checked(2 * half * sizeof(float)) };
    }

    /// <summary>A tensor around one of its axes: elements before it, along it in input and output, and after it.</summary>
    private readonly record struct AxisSizes(int Outer, int Input, int Output, int Inner);

    private static void Mix(ResizeAxis plan, ReadOnlySpan<float> x, Span<float> y, AxisSizes sizes, float extrapolation)
    {
        (int outer, int inputSize, int outputSize, int inner) = sizes;
        int taps = plan.Taps;
        for (int n = 0; n < outer; n++)
        {
            for (int o = 0; o < outputSize; o++)
            {
                Span<float> target = y.Slice(((n * outputSize) + o) * inner, inner);
                if (plan.Index[o * taps] < 0)
                {
                    target.Fill(extrapolation);
                    continue;
                }

                target.Clear();
                for (int t = 0; t < taps; t++)
                {
                    ReadOnlySpan<float> row = x.Slice(((n * inputSize) + plan.Index[(o * taps) + t]) * inner, inner);
                    float weight = plan.Weight[(o * taps) + t];
                    for (int i = 0; i < target.Length; i++) target[i] += row[i] * weight;
                }
            }
        }
    }
}
