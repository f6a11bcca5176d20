using System.Collections.Immutable;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.RandomNumbers;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Analog;

// From packed inputs to the sums of four outputs at all positions of a band.
internal sealed unsafe partial class AnalogLayer<L, TI, TF>
{
    /// <summary>Positions that are computed together.</summary>
    /// <param name="Vectors">How many vectors of them.</param>
    /// <param name="Positions">Positions of each row of vectors.</param>
    /// <param name="ImageKey">What noise is keyed by besides the position.</param>
    /// <param name="FirstPosition">The number of the first one.</param>
    private readonly record struct Band(int Vectors, int Positions, int ImageKey, int FirstPosition);

    // Four outputs of all positions of a band.
    private void Compute(in Parts parts, int group, int block, Band band, int* results)
    {
        (int vectors, int positions, int imageKey, int firstPosition) = band;
        int inputs = _plan.Inputs.Length, slices = _plan.Cells.Slices.Length, tiles = _cells.StepCount.Length;
        int* weights = parts.Values + ((((nint)group * _cells.Blocks) + block) * _cells.BlockLength);
        int* starts = parts.Starts + ((((nint)group * _cells.Blocks) + block) * _cells.TileStart.Length * Block);
        int firstOutput = ((group * _cells.Blocks) + block) * Block, padded = _layer.Groups * _cells.Blocks * Block;
        var conversion = new Conversion<L, TI, TF> { IsFloat = _cells.Kind != LevelKind.Pairs, IsInteger = _integer };
        ReadOnlySpan<double> constants = _constants.AsSpan(firstOutput, Block);
        for (int v = 0; v < vectors; v += 2)
        {
            new Span<int>(parts.Accumulators, 2 * Block * L.Count).Clear();
            TI counter0 = NormalPairs.Counter<L, TI, TF>(Positions(parts, firstPosition, v), imageKey);
            TI counter1 = NormalPairs.Counter<L, TI, TF>(Positions(parts, firstPosition, v + 1 < vectors ? v + 1 : v), imageKey);
            for (int t = 0; t < tiles; t++)
            for (int s = 0; s < slices; s++)
            {
                new Span<int>(parts.Codes, 2 * Block * L.Count).Clear();
                for (int i = 0; i < inputs; i++)
                {
                    Product(parts, parts.Streams + ((nint)i * _planes * _planeLength), v, vectors, t, weights
                        + _cells.TileStart[(t * slices) + s],
                        starts + (((t * slices) + s) * Block));
                    if (_cells.Kind == LevelKind.Fixed) Conversion<L, TI, TF>.ToFloats(parts.Sums);
                    if (_observers is not null) Observe(_observers[s], parts.Sums, block, v, vectors, positions);
                    if (_noise is not null)
                    {
                        float* amplitude = parts.Amplitudes + ((((nint)t * inputs) + i) * ResultStride) + (v * L.Count);
                        TF sigma = L.BroadcastF(MathF.ScaleB(_noise.Sigmas[s], _fractionBits[s]));
                        L.StoreF(parts.Scaled, L.MultiplyF(L.LoadF(amplitude), sigma));
                        L.StoreF(parts.Scaled + L.Count, L.MultiplyF(L.LoadF(amplitude + L.Count), sigma));
                        int number = (((t * slices) + s) * inputs) + (i & ~1);
                        Conversion<L, TI, TF>.AddNoise((float*)parts.Sums, parts.Scaled, (i & 1) != 0,
                            parts.Keys + (2 * (((nint)number * padded) + firstOutput)), counter0, counter1, parts.Kept);
                    }
                    conversion.Add(parts.Sums, _plan.Converters[s], _fractionBits[s], _plan.Inputs[i].Factor, parts.Codes);
                }
                conversion.ShiftAndAdd(parts.Codes, _plan.Converters[s], _plan.Cells.Slices[s].Factor, parts.Accumulators);
            }
            conversion.Finish(parts.Accumulators, _plan.Cells.WeightStep, constants, _plan.Cells.Offset,
                parts.InputSums + (v * L.Count), results + (v * L.Count), ResultStride);
        }
    }

    private void Observe(AdcHistogram histogram, int* sums, int block, int v, int vectors, int positions)
    {
        for (int h = 0; h < 2 && v + h < vectors; h++)
        {
            int valid = Math.Min(L.Count, positions - ((v + h) % _layout.VectorsPerRow * L.Count));
            for (int o = 0; o < Math.Min(Block, _layer.ColumnsPerGroup - (block * Block)); o++)
                histogram.Add(new ReadOnlySpan<int>(sums + (((2 * o) + h) * L.Count), Math.Max(0, valid)));
        }
    }

    // Sums [four outputs][two vectors] of one tile; an odd last vector is paired with itself.
    private void Product(in Parts parts, int* stream, int v, int vectors, int tile, int* weights, int* starts)
    {
        int* offsets = parts.CellOffsets + _cells.StepStart[tile];
        int* x0 = stream + At(v), x1 = stream + At(v + 1 < vectors ? v + 1 : v);
        if (_cells.Kind == LevelKind.Fixed)
            MaskProducts.FourByTwo<L, TI, TF>(x0, x1, offsets, weights, _cells.StepCount[tile], starts, parts.Sums);
        else if (_cells.Kind == LevelKind.Real)
            FloatProducts.FourByTwo<L, TI, TF>((float*)x0, (float*)x1, offsets, (float*)weights, _cells.StepCount[tile],
                (float*)starts, (float*)parts.Sums);
        else
            PairProducts.FourByTwo<L, TI, TF>(x0, x1, offsets, weights, _cells.StepCount[tile], starts,
                new SumRows(parts.Sums, 2 * L.Count));
    }

    private nint At(int vector) =>
        ((nint)(vector / _layout.VectorsPerRow) * _layout.Geometry.StrideY * _layout.RowLength)
            + (vector % _layout.VectorsPerRow * L.Count);

    // The number of every lane's position: the counter of its noise.
    private TI Positions(in Parts parts, int first, int vector)
    {
        int row = vector / _layout.VectorsPerRow, x = vector % _layout.VectorsPerRow * L.Count;
        return L.Add(L.Load(parts.Lane), L.Broadcast(unchecked(first + (row * _layout.Geometry.OutputWidth) + x)));
    }
}
