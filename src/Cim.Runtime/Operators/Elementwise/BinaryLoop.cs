using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Cim.Runtime.Operators.Elementwise;

/// <summary>
/// The loops of two-operand elementwise operators. Vectors are always 256 bits wide (narrower machines run them in
/// halves) and lanes never mix, so results do not depend on the instruction set.
/// </summary>
internal static class BinaryLoop
{
    /// <summary>y = f(a, b) with broadcasting.</summary>
    public static void Run<T, TF>(BroadcastPlan plan, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged where TF : struct, IBinaryFunction<T>
    {
        Span<int> counters = stackalloc int[plan.Counters];
        counters.Clear();
        Span<int> offsets = stackalloc int[2];
        offsets.Clear();
        int n = plan.Inner;
        bool moveA = plan.InnerStrides[0] != 0, moveB = plan.InnerStrides[1] != 0;
        for (int row = 0; row < plan.Rows; row++)
        {
            Span<T> target = y.Slice(row * n, n);
            if (moveA && moveB) Both<T, TF>(a.Slice(offsets[0], n), b.Slice(offsets[1], n), target);
            else if (moveA) Right<T, TF>(a.Slice(offsets[0], n), b[offsets[1]], target);
            else if (moveB) Left<T, TF>(a[offsets[0]], b.Slice(offsets[1], n), target);
            else target.Fill(TF.Invoke(a[offsets[0]], b[offsets[1]]));
            plan.Advance(counters, offsets);
        }
    }

    private static void Both<T, TF>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged where TF : struct, IBinaryFunction<T>
    {
        int i = 0;
        if (TF.IsVectorized)
        {
            ref T ra = ref MemoryMarshal.GetReference(a), rb = ref MemoryMarshal.GetReference(b), ry = ref MemoryMarshal.GetReference(y);
            for (; i <= y.Length - Vector256<T>.Count; i += Vector256<T>.Count)
                TF.Invoke(Vector256.LoadUnsafe(ref ra, (nuint)i), Vector256.LoadUnsafe(ref rb, (nuint)i)).StoreUnsafe(ref ry, (nuint)i);
        }

        for (; i < y.Length; i++) y[i] = TF.Invoke(a[i], b[i]);
    }

    private static void Right<T, TF>(ReadOnlySpan<T> a, T b, Span<T> y)
        where T : unmanaged where TF : struct, IBinaryFunction<T>
    {
        int i = 0;
        if (TF.IsVectorized)
        {
            Vector256<T> vb = Vector256.Create(b);
            ref T ra = ref MemoryMarshal.GetReference(a), ry = ref MemoryMarshal.GetReference(y);
            for (; i <= y.Length - Vector256<T>.Count; i += Vector256<T>.Count)
                TF.Invoke(Vector256.LoadUnsafe(ref ra, (nuint)i), vb).StoreUnsafe(ref ry, (nuint)i);
        }

        for (; i < y.Length; i++) y[i] = TF.Invoke(a[i], b);
    }

    private static void Left<T, TF>(T a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged where TF : struct, IBinaryFunction<T>
    {
        int i = 0;
        if (TF.IsVectorized)
        {
            Vector256<T> va = Vector256.Create(a);
            ref T rb = ref MemoryMarshal.GetReference(b), ry = ref MemoryMarshal.GetReference(y);
            for (; i <= y.Length - Vector256<T>.Count; i += Vector256<T>.Count)
                TF.Invoke(va, Vector256.LoadUnsafe(ref rb, (nuint)i)).StoreUnsafe(ref ry, (nuint)i);
        }

        for (; i < y.Length; i++) y[i] = TF.Invoke(a, b[i]);
    }
}
