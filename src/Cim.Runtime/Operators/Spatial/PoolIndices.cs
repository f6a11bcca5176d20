using System.Numerics;

namespace Cim.Runtime.Operators.Spatial;

/// <summary>
/// The second output of MaxPool: where in the whole input each maximum stands, counted row by row or, with <c>storage_order</c> 1, column
/// by column. Of equal numbers the first counts.
/// </summary>
internal static class PoolIndices
{
    public static void Compute<T>(
        WindowGeometry g, (int First, int Last)[][] inside, ReadOnlySpan<T> x, Span<long> indices, bool columnsFirst)
        where T : unmanaged, INumber<T>
    {
        int outputs = g.Output[0] * g.Output[1] * g.Output[2];
        for (int i = 0; i < indices.Length; i++)
        {
            int plane = i / outputs,
                ox = i % g.Output[2],
                oy = i / g.Output[2] % g.Output[1],
                oz = i / (g.Output[2] * g.Output[1]) % g.Output[0];
            indices[i] = ((long)plane * g.InputSize)
                + InPlane(g, inside, x.Slice(plane * g.InputSize, g.InputSize), (oz, oy, ox), columnsFirst);
        }
    }

    private static int InPlane<T>(WindowGeometry g, (int First, int Last)[][] inside, ReadOnlySpan<T> plane,
        (int Z, int Y, int X) output, bool columnsFirst)
        where T : unmanaged, INumber<T>
    {
        ((int First, int Last) depths, (int First, int Last) rows) = (inside[0][output.Z], inside[1][output.Y]);
        (int First, int Last) columns = inside[2][output.X];
        int best = -1, place = 0;
        for (int kz = depths.First; kz < depths.Last; kz++)
        {
            int z = (output.Z * g.Stride[0]) - g.PadBegin[0] + (kz * g.Dilation[0]);
            for (int ky = rows.First; ky < rows.Last; ky++)
            {
                int y = (output.Y * g.Stride[1]) - g.PadBegin[1] + (ky * g.Dilation[1]);
                for (int kx = columns.First; kx < columns.Last; kx++)
                {
                    int column = (output.X * g.Stride[2]) - g.PadBegin[2] + (kx * g.Dilation[2]);
                    int at = (((z * g.Input[1]) + y) * g.Input[2]) + column;
                    if (best >= 0 && !(plane[at] > plane[best])) continue;
                    best = at;
                    place = columnsFirst ? (((column * g.Input[1]) + y) * g.Input[0]) + z : at;
                }
            }
        }

        return place;
    }
}
