using System.Collections.Immutable;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Tests.Crossbar;

/// <summary>Random layers and inputs, and the definition of the result written as plainly as possible.</summary>
internal static class LayerCases
{
    public sealed record Shape2D(
        int Channels, int Height, int Width, int Kernel, int Stride, int Pad, int Dilation, int Groups, int Outputs);

    public static CrossbarLayer Convolution(
        Random random, Shape2D s, int weightBits = 8, int activationBits = 8, bool signedInput = false, Epilogue? epilogue = null,
        int? kernelWidth = null)
    {
        int kw = kernelWidth ?? s.Kernel;
        var geometry = new ConvolutionGeometry(s.Channels,
            new ConvolutionAxis(s.Height, s.Kernel, s.Stride, s.Pad, s.Pad, s.Dilation),
            new ConvolutionAxis(s.Width, kw, s.Stride, s.Pad, s.Pad, s.Dilation));
        return Layer(random, s.Groups, s.Channels / s.Groups * s.Kernel * kw, s.Outputs / s.Groups, geometry,
            geometry.OutputHeight * geometry.OutputWidth, weightBits, activationBits, signedInput, epilogue);
    }

    public static CrossbarLayer Matrix(
        Random random, int rows, int columns, int positions, int weightBits = 8, int activationBits = 8,
        bool signedInput = false, Epilogue? epilogue = null, int groups = 1) =>
        Layer(random, groups, rows, columns, null, positions, weightBits, activationBits, signedInput, epilogue);

    private static CrossbarLayer Layer(
        Random random, int groups, int rows, int columns, ConvolutionGeometry? geometry, int positions,
        int weightBits, int activationBits, bool signedInput, Epilogue? epilogue)
    {
        int limit = weightBits == 1 ? 1 : (1 << (weightBits - 1)) - 1;
        sbyte[] w = new sbyte[groups * columns * rows];
        for (int i = 0; i < w.Length; i++) w[i] = (sbyte)random.Next(-limit, limit + 1);
        int outputs = groups * columns;
        int zero = signedInput ? random.Next(-5, 6) : random.Next(3) == 0 ? random.Next(0, 1 << activationBits) : 0;
        if (activationBits < 4) zero = 0;
        float span = MathF.Sqrt(rows) * limit * (1 << activationBits) * 0.3f;
        return new CrossbarLayer
        {
            Name = "layer",
            Groups = groups,
            RowsPerGroup = rows,
            ColumnsPerGroup = columns,
            Geometry = geometry,
            PositionsPerImage = positions,
            Weights = Tensor.Create<sbyte>(new Shape(outputs, rows), w),
            WeightBits = weightBits,
            WeightScales = [.. Enumerable.Range(0, outputs).Select(_ => 0.5f + random.NextSingle())],
            Bias = [.. Enumerable.Range(0, outputs).Select(_ => random.Next(-1000, 1000))],
            Input = new QuantizationParameters(0.013f + random.NextSingle() / 50, zero, activationBits, signedInput),
            Epilogue = epilogue ?? new Epilogue(null, false, 0, float.PositiveInfinity,
                new QuantizationParameters(span * 0.02f / 200, 0, 8, false)),
            Mapping = Mappings.Of(groups, rows, columns, weightBits, WeightEncoding.Differential, 2, 128),
        };
    }

    /// <summary>The layer with weights that cells of an encoding can hold: unsigned cells hold magnitudes.</summary>
    public static CrossbarLayer Held(CrossbarLayer layer, WeightEncoding encoding) => encoding != WeightEncoding.Unsigned ? layer
        : layer with { Weights = Tensor.Create<sbyte>(layer.Weights.Shape, [.. layer.Weights.Span<sbyte>().ToArray().Select(Math.Abs)]) };

    public static byte[] Input(Random random, CrossbarLayer layer, int images)
    {
        int size = layer.Geometry is { } g
            ? g.InputChannels * g.InputHeight * g.InputWidth
            : layer.PositionsPerImage * layer.Groups * layer.RowsPerGroup;
        byte[] x = new byte[images * size];
        for (int i = 0; i < x.Length; i++) x[i] = unchecked((byte)random.Next(layer.Input.Min, layer.Input.Max + 1));
        return x;
    }

    public static byte[] Residual(Random random, CrossbarLayer layer, int images)
    {
        if (!layer.Epilogue.AddsResidual) return [];
        int elements = images * layer.Outputs * layer.PositionsPerImage;
        if (layer.Epilogue.ResidualIsFloat)
        {
            float[] r = [.. Enumerable.Range(0, elements).Select(_ => (random.NextSingle() - 0.5f) * 40)];
            return System.Runtime.InteropServices.MemoryMarshal.AsBytes(r.AsSpan()).ToArray();
        }
        byte[] q = new byte[elements];
        random.NextBytes(q);
        return q;
    }

    public static byte[] Run(PreparedLayer prepared, CrossbarLayer layer, byte[] input, byte[] residual, int images, long firstImage = 0)
    {
        byte[] output = new byte[images * layer.Outputs * layer.PositionsPerImage * (layer.Epilogue.Output is null ? 4 : 1)];
        int bytes = prepared.WorkspaceBytes(images);
        byte[] memory = GC.AllocateArray<byte>(bytes + 128, pinned: true);
        Array.Fill(memory, (byte)0xCD);
        nint address = System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0);
        int shift = (int)(64 - (address % 64)) % 64;
        prepared.Run(new LayerCall
        {
            Input = input, Residual = residual, Output = output, Images = images, FirstImage = firstImage,
            Workspace = memory.AsSpan(shift, bytes),
        });
        for (int i = shift + bytes; i < memory.Length; i++) Assert.Equal(0xCD, memory[i]);
        return output;
    }

    /// <summary>The sums acc[image, output, position].</summary>
    public static long[] Sums(CrossbarLayer layer, byte[] input, int images)
    {
        int positions = layer.PositionsPerImage, rows = layer.RowsPerGroup;
        ReadOnlySpan<sbyte> w = layer.Weights.Span<sbyte>();
        long[] sums = new long[images * layer.Outputs * positions];
        for (int n = 0; n < images; n++)
        for (int o = 0; o < layer.Outputs; o++)
        for (int p = 0; p < positions; p++)
        {
            long acc = layer.Bias[o];
            for (int r = 0; r < rows; r++) acc += w[(o * rows) + r] * (long)X(layer, input, n, o / layer.ColumnsPerGroup, p, r);
            sums[(((n * layer.Outputs) + o) * positions) + p] = acc;
        }
        return sums;
    }

    /// <summary>The (zero-point free) input of a row at a position.</summary>
    public static int X(CrossbarLayer layer, byte[] input, int image, int group, int position, int row)
    {
        int index;
        if (layer.Geometry is { } g)
        {
            int kernel = g.KernelHeight * g.KernelWidth;
            int c = (group * (g.InputChannels / layer.Groups)) + (row / kernel);
            int y = (position / g.OutputWidth * g.StrideY) - g.PadTop + (row % kernel / g.KernelWidth * g.DilationY);
            int x = (position % g.OutputWidth * g.StrideX) - g.PadLeft + (row % g.KernelWidth * g.DilationX);
            if (y < 0 || x < 0 || y >= g.InputHeight || x >= g.InputWidth) return 0;
            index = (((((image * g.InputChannels) + c) * g.InputHeight) + y) * g.InputWidth) + x;
        }
        else
        {
            index = (((((image * layer.PositionsPerImage) + position) * layer.Groups) + group) * layer.RowsPerGroup) + row;
        }
        return (layer.Input.Signed ? (sbyte)input[index] : input[index]) - layer.Input.ZeroPoint;
    }

    /// <summary>The epilogue by its definition, from the sums of <see cref="Sums"/>.</summary>
    public static byte[] Finish(CrossbarLayer layer, long[] sums, byte[] residual, int images) =>
        Finish(layer, [.. sums.Select(s => (float)s)], residual, images);

    /// <summary>The same from sums already rounded to float.</summary>
    public static byte[] Finish(CrossbarLayer layer, float[] sums, byte[] residual, int images)
    {
        Epilogue e = layer.Epilogue;
        int positions = layer.PositionsPerImage;
        byte[] output = new byte[sums.Length * (e.Output is null ? 4 : 1)];
        for (int i = 0; i < sums.Length; i++)
        {
            int o = i / positions % layer.Outputs, p = i % positions, n = i / positions / layer.Outputs;
            int at = layer.Geometry is null ? (((n * positions) + p) * layer.Outputs) + o : i;
            float acc = sums[i];
            double q;
            if (e.Output is { } direct && !e.AddsResidual)
            {
                float m = (float)((double)layer.Input.Scale * layer.WeightScales[o] / direct.Scale);
                q = Math.Round((double)(acc * m), MidpointRounding.ToEven) + direct.ZeroPoint;
                double low = Math.Round((double)(e.Minimum / direct.Scale), MidpointRounding.ToEven) + direct.ZeroPoint;
                double high = Math.Round((double)(e.Maximum / direct.Scale), MidpointRounding.ToEven) + direct.ZeroPoint;
                output[at] = unchecked((byte)(int)Math.Clamp(Math.Clamp(q, low, high), direct.Min, direct.Max));
                continue;
            }
            float scale = layer.Input.Scale * layer.WeightScales[o];
            float y = acc * scale;
            if (e.ResidualIsFloat) y += BitConverter.ToSingle(residual, at * 4);
            else if (e.Residual is { } r) y += ((r.Signed ? (sbyte)residual[at] : residual[at]) - r.ZeroPoint) * r.Scale;
            y = MathF.Min(MathF.Max(y, e.Minimum), e.Maximum);
            if (e.Output is { } parameters)
            {
                q = Math.Round((double)(y / parameters.Scale), MidpointRounding.ToEven) + parameters.ZeroPoint;
                output[at] = unchecked((byte)(int)Math.Clamp(q, parameters.Min, parameters.Max));
            }
            else
            {
                BitConverter.TryWriteBytes(output.AsSpan(at * 4), y);
            }
        }
        return output;
    }
}
