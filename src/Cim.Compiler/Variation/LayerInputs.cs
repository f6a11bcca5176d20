using System.Runtime.InteropServices;
using Cim.Runtime.Crossbar;

namespace Cim.Compiler.Variation;

/// <summary>What a layer reads at some output positions: the activation statistics of the error model, kept as samples.</summary>
/// <param name="Count">Positions.</param>
/// <param name="X">Stored integers (zero point included), [group, position, row].</param>
/// <param name="Residual">Real values added after the product, [position, output]; empty if the layer adds none.</param>
internal sealed record LayerInputs(int Count, short[] X, float[] Residual)
{
    /// <summary>Takes positions spread evenly over some images.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="input">Quantized activations in the layout of <see cref="CrossbarLayer"/>.</param>
    /// <param name="residual">The residual in the layer's output layout, or empty.</param>
    /// <param name="images">Images in both.</param>
    /// <param name="wanted">Positions to take at most.</param>
    public static LayerInputs Gather(CrossbarLayer layer, ReadOnlySpan<byte> input, ReadOnlySpan<byte> residual, int images, int wanted)
    {
        const double GoldenRatio = 0.6180339887498949;
        long all = (long)images * layer.PositionsPerImage;
        int count = (int)Math.Min(all, wanted), rows = layer.RowsPerGroup;
        short[] x = new short[(long)layer.Groups * count * rows];
        float[] added = layer.Epilogue.AddsResidual ? new float[count * layer.Outputs] : [];
        for (int i = 0; i < count; i++)
        {
            // Evenly spaced; the offset keeps the positions inside the images from repeating.
            long at = count == all ? i : Math.Min(all - 1, (long)((i + (i * GoldenRatio % 1)) * all / count));
            int image = (int)(at / layer.PositionsPerImage), position = (int)(at % layer.PositionsPerImage);
            for (int group = 0; group < layer.Groups; group++)
                Patch(layer, input, image, group, position, x.AsSpan(((group * count) + i) * rows, rows));
            for (int o = 0; added.Length > 0 && o < layer.Outputs; o++)
            {
                long element = layer.Geometry is null
                    ? (at * layer.Outputs) + o
                    : (((long)image * layer.Outputs) + o) * layer.PositionsPerImage + position;
                added[(i * layer.Outputs) + o] = RealResidual(layer.Epilogue, residual, (int)element);
            }
        }

        return new LayerInputs(count, x, added);
    }

    /// <summary>These positions and those of another run.</summary>
    public LayerInputs Append(LayerInputs other, CrossbarLayer layer)
    {
        short[] x = new short[X.Length + other.X.Length];
        int rows = layer.RowsPerGroup, at = 0;
        for (int group = 0; group < layer.Groups; group++)
        {
            foreach (LayerInputs part in (ReadOnlySpan<LayerInputs>)[this, other])
            {
                part.X.AsSpan(group * part.Count * rows, part.Count * rows).CopyTo(x.AsSpan(at));
                at += part.Count * rows;
            }
        }

        return new LayerInputs(Count + other.Count, x, [.. Residual, .. other.Residual]);
    }

    /// <summary>The rows of one position.</summary>
    public ReadOnlySpan<short> Row(int group, int position, int rows) => X.AsSpan(((group * Count) + position) * rows, rows);

    private static void Patch(CrossbarLayer layer, ReadOnlySpan<byte> input, int image, int group, int position, Span<short> row)
    {
        bool signed = layer.Input.Signed;
        if (layer.Geometry is not { } g)
        {
            int start = ((((image * layer.PositionsPerImage) + position) * layer.Groups) + group) * row.Length;
            for (int r = 0; r < row.Length; r++) row[r] = signed ? (sbyte)input[start + r] : input[start + r];
            return;
        }

        int kernel = g.KernelHeight * g.KernelWidth, channels = g.InputChannels / layer.Groups;
        for (int r = 0; r < row.Length; r++)
        {
            int channel = (group * channels) + (r / kernel);
            int y = (position / g.OutputWidth * g.StrideY) - g.PadTop + (r % kernel / g.KernelWidth * g.DilationY);
            int x = (position % g.OutputWidth * g.StrideX) - g.PadLeft + (r % g.KernelWidth * g.DilationX);
            if ((uint)y >= (uint)g.InputHeight || (uint)x >= (uint)g.InputWidth)
            {
                row[r] = (short)layer.Input.ZeroPoint; // Padding is the real number 0.
                continue;
            }

            byte stored = input[(((((image * g.InputChannels) + channel) * g.InputHeight) + y) * g.InputWidth) + x];
            row[r] = signed ? (sbyte)stored : stored;
        }
    }

    private static float RealResidual(Epilogue epilogue, ReadOnlySpan<byte> residual, int element)
    {
        if (epilogue.Residual is not { } q) return MemoryMarshal.Cast<byte, float>(residual)[element];
        return ((q.Signed ? (sbyte)residual[element] : residual[element]) - q.ZeroPoint) * q.Scale;
    }
}
