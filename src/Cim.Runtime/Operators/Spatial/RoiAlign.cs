using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Spatial;

/// <summary>
/// RoiAlign(X [N,C,H,W], rois [R,4], batch_indices [R]): each region, scaled by <c>spatial_scale</c>, is cut into
/// <c>output_height</c> x <c>output_width</c> bins, and a bin is the mean (or with <c>mode</c> max the largest weighted corner) of
/// bilinear samples, <c>sampling_ratio</c> along each side or as many as the bin has pixels. Formula: He et al., Mask R-CNN, 2017.
/// </summary>
internal sealed class RoiAlign(AttributeMap attributes) : Operator
{
    /// <summary>A corner of a sample: where it is in a channel, and its weight.</summary>
    private readonly record struct Corner(int At, float Weight);

    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Float(0, "X"),
            rois = inputs.Float(1, "rois"),
            indices = inputs.Required(2, "batch_indices", ElementType.Int64);
        if (x.Shape.Rank != 4 || rois.Shape.Rank != 2 || rois.Shape[1] != 4 || indices.Shape.Elements != rois.Shape[0])
            throw Error($"X {x.Shape}, rois {rois.Shape} and batch_indices {indices.Shape} are not [N,C,H,W], [R,4] and [R].");
        string mode = attributes.String("mode", "avg"), coordinates = attributes.String("coordinate_transformation_mode", "half_pixel");
        if (mode is not ("avg" or "max")) throw Error($"mode '{mode}' is unknown.");
        if (coordinates is not ("half_pixel" or "output_half_pixel"))
            throw Error($"coordinate_transformation_mode '{coordinates}' is unknown.");
        long height = attributes.Int("output_height", 1), width = attributes.Int("output_width", 1);
        long ratio = attributes.Int("sampling_ratio", 0);
        if (height < 1 || width < 1 || ratio is < 0 or > 1024) throw Error($"bins {height} x {width} with sampling_ratio {ratio}.");
        float scale = attributes.Float("spatial_scale", 1);
        bool isHalf = coordinates == "half_pixel", isMean = mode == "avg";
        TensorInfo output = Output(ElementType.Float32, [rois.Shape[0], x.Shape[1], height, width]);
        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<float> source = c.Input<float>(0), boxes = c.Input<float>(1);
            ReadOnlySpan<long> images = c.Input<long>(2);
            Span<float> y = c.Output<float>(0);
            Span<Corner> corners = stackalloc Corner[4];
            int channels = x.Shape[1], plane = x.Shape[2] * x.Shape[3], bins = (int)(height * width);
            y.Clear();
            for (int r = 0; r < images.Length; r++)
            {
                if (images[r] < 0 || images[r] >= x.Shape[0]) throw Error($"batch index {images[r]} is outside [0,{x.Shape[0] - 1}].");
                ReadOnlySpan<float> image = source.Slice((int)images[r] * channels * plane, channels * plane);
                Span<float> region = y.Slice(r * channels * bins, channels * bins);
                var vertical = Side.Of(boxes[(r * 4) + 1], boxes[(r * 4) + 3], (int)height, new Sampling(scale, isHalf, (int)ratio));
                var horizontal = Side.Of(boxes[r * 4], boxes[(r * 4) + 2], (int)width, new Sampling(scale, isHalf, (int)ratio));
                for (int bin = 0; bin < bins; bin++)
                {
                    int count = vertical.Samples * horizontal.Samples;
                    for (int s = 0; s < count; s++)
                    {
                        float row = vertical.At(bin / (int)width, s / horizontal.Samples),
                            column = horizontal.At(bin % (int)width, s % horizontal.Samples);
                        Corners(row, column, x.Shape[2], x.Shape[3], corners);
                        for (int channel = 0; channel < channels; channel++)
                            Collect(image.Slice(channel * plane, plane), corners, ref region[(channel * bins) + bin], isMean, s == 0);
                    }

                    if (!isMean) continue;
                    for (int channel = 0; channel < channels; channel++) region[(channel * bins) + bin] /= count;
                }
            }
        });
    }

    private readonly record struct Sampling(float Scale, bool IsHalf, int Ratio);

    /// <summary>One side of a region: where it starts, how long a bin is, and the samples along a bin.</summary>
    private readonly record struct Side(float Start, float Bin, int Samples)
    {
        public static Side Of(float from, float to, int bins, Sampling sampling)
        {
            float offset = sampling.IsHalf ? 0.5f : 0, start = (from * sampling.Scale) - offset;
            float length = (to * sampling.Scale) - offset - start;
            if (!sampling.IsHalf) length = Math.Max(length, 1);
            float bin = length / bins;
            return new Side(start, bin, sampling.Ratio > 0 ? sampling.Ratio : Math.Max(1, (int)Math.Ceiling(bin)));
        }

        public float At(int bin, int sample) => Start + (bin * Bin) + ((sample + 0.5f) * Bin / Samples);
    }

    /// <summary>The four pixels around a point; all of weight 0 for a point outside.</summary>
    private static void Corners(float row, float column, int height, int width, Span<Corner> corners)
    {
        if (!(row >= -1 && row <= height && column >= -1 && column <= width))
        {
            corners.Clear();
            return;
        }

        (int top, int bottom, float down) = Neighbours(row, height);
        (int left, int right, float across) = Neighbours(column, width);
        corners[0] = new Corner((top * width) + left, (1 - down) * (1 - across));
        corners[1] = new Corner((top * width) + right, (1 - down) * across);
        corners[2] = new Corner((bottom * width) + left, down * (1 - across));
        corners[3] = new Corner((bottom * width) + right, down * across);
    }

    private static (int Low, int High, float Fraction) Neighbours(float at, int size)
    {
        at = Math.Max(at, 0);
        int low = (int)at;
        return low >= size - 1 ? (size - 1, size - 1, 0) : (low, low + 1, at - low);
    }

    private static void Collect(ReadOnlySpan<float> plane, ReadOnlySpan<Corner> corners, ref float result, bool isMean, bool isFirst)
    {
        float sum = 0, largest = float.NegativeInfinity;
        foreach (Corner corner in corners)
        {
            float value = plane[corner.At] * corner.Weight;
            sum += value;
            largest = Math.Max(largest, value);
        }

        if (isMean) result += sum;
        else result = isFirst ? largest : Math.Max(result, largest);
    }
}
