using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators;

/// <summary>Arithmetic on the dimensions of concrete shapes.</summary>
internal static class ShapeMath
{
    public static long[] ToLongs(this Shape shape)
    {
        long[] dims = new long[shape.Rank];
        for (int i = 0; i < dims.Length; i++) dims[i] = shape[i];
        return dims;
    }

    /// <summary>The product of dimensions [from, to).</summary>
    public static int Product(this Shape shape, int from, int to)
    {
        int n = 1;
        for (int i = from; i < to; i++) n = checked(n * shape[i]);
        return n;
    }

    /// <summary>Elements between neighbours along each axis of a row-major tensor.</summary>
    public static int[] Strides(this Shape shape)
    {
        int[] strides = new int[shape.Rank];
        int n = 1;
        for (int i = shape.Rank - 1; i >= 0; i--)
        {
            strides[i] = n;
            n *= Math.Max(1, shape[i]);
        }

        return strides;
    }

    /// <summary>The shape two operands broadcast to by NumPy's rule, or null if they do not fit.</summary>
    public static Shape? Broadcast(Shape a, Shape b)
    {
        int rank = Math.Max(a.Rank, b.Rank);
        int[] dims = new int[rank];
        for (int i = 0; i < rank; i++)
        {
            int da = i < rank - a.Rank ? 1 : a[i - (rank - a.Rank)];
            int db = i < rank - b.Rank ? 1 : b[i - (rank - b.Rank)];
            if (da != db && da != 1 && db != 1) return null;
            dims[i] = da == 1 ? db : da;
        }

        return new Shape(dims);
    }
}
