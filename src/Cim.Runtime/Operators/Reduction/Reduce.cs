using System.Numerics;
using Cim.Runtime.Operators.Elementwise;
using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Reduction;

/// <summary>What a <see cref="Reduce"/> computes of its axes.</summary>
internal enum ReduceKind { Sum, Mean, Max, Min, Prod, L1, L2, SumSquare, LogSum, LogSumExp }

/// <summary>
/// ReduceSum, ReduceMean, ReduceMax ... (data, axes?) with attributes <c>keepdims</c> (default 1) and
/// <c>noop_with_empty_axes</c>; axes are a constant input. Floats are summed in double precision in the order of
/// <see cref="LaneSum"/>; integers (Sum, Mean, Max, Min, Prod) wrap.
/// </summary>
internal sealed class Reduce(ReduceKind kind, AttributeMap attributes) : Operator
{
    private delegate T RowFunction<T>(ReadOnlySpan<T> row);

    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "data");
        int rank = x.Shape.Rank;
        long[] asked = inputs.ConstantIntegers(1, "axes") ?? [];
        if (asked.Length == 0 && attributes.Int("noop_with_empty_axes", 0) != 0) return Kernel.View(Output(x.Type, x.Shape));
        bool[] reduced = new bool[rank];
        if (asked.Length == 0) Array.Fill(reduced, true);
        foreach (int axis in AxisList(asked, rank)) reduced[axis] = true;
        bool keep = attributes.Int("keepdims", 1) != 0;
        var dims = new List<long>();
        for (int i = 0; i < rank; i++)
            if (!reduced[i] || keep) dims.Add(reduced[i] ? 1 : x.Shape[i]);
        TensorInfo output = Output(x.Type, [.. dims]);
        var rows = new ReducedRows(x, reduced);
        if (rows.Length == 0 && kind is ReduceKind.Max or ReduceKind.Min && rows.Rows > 0)
            throw Error($"the axes of {x.Shape} to reduce are empty.");
        return x.Type switch
        {
            ElementType.Float32 => Create(output, rows, Floats(kind)),
            ElementType.Int64 => Create(output, rows, Integers<long>()),
            ElementType.Int32 => Create(output, rows, Integers<int>()),
            ElementType.Int8 => Create(output, rows, Integers<sbyte>()),
            ElementType.UInt8 => Create(output, rows, Integers<byte>()),
            ElementType.Bool when kind is ReduceKind.Max or ReduceKind.Min => Create(output, rows, Integers<byte>()),
            _ => throw Error($"{x.Type} inputs are not supported."),
        };
    }

    private static Kernel Create<T>(TensorInfo output, ReducedRows rows, RowFunction<T> f)
        where T : unmanaged => new(output, (in KernelCall c) =>
    {
        ReadOnlySpan<T> x = rows.Gather<T>(c);
        Span<T> y = c.Output<T>(0);
        for (int i = 0; i < y.Length; i++) y[i] = f(x.Slice(i * rows.Length, rows.Length));
    }) { WorkspaceBytes = rows.WorkspaceBytes };

    private static RowFunction<float> Floats(ReduceKind kind) => kind switch
    {
        ReduceKind.Sum => static row => (float)LaneSum.Of(row),
        ReduceKind.Mean => static row => (float)(LaneSum.Of(row) / row.Length),
        ReduceKind.Max => Extreme<float, Maximum<float>>,
        ReduceKind.Min => Extreme<float, Minimum<float>>,
        ReduceKind.Prod => static row => (float)Fold(row, 1, static (p, v) => p * v),
        ReduceKind.L1 => static row => (float)Fold(row, 0, static (s, v) => s + Math.Abs(v)),
        ReduceKind.L2 => static row => (float)Math.Sqrt(LaneSum.OfSquares(row, 0)),
        ReduceKind.SumSquare => static row => (float)LaneSum.OfSquares(row, 0),
        ReduceKind.LogSum => static row => (float)Math.Log(LaneSum.Of(row)),
        _ => static row =>
        {
            if (row.IsEmpty) return float.NegativeInfinity;
            float max = Extreme<float, Maximum<float>>(row);
            if (!float.IsFinite(max)) return max;
            double sum = 0;
            foreach (float v in row) sum += Math.Exp((double)v - max);
            return (float)(max + Math.Log(sum));
        },
    };

    private RowFunction<T> Integers<T>() where T : unmanaged, INumber<T> => kind switch
    {
        ReduceKind.Sum => static row => Sum(row),
        ReduceKind.Mean => static row => row.IsEmpty ? T.Zero : Divide<T>.Invoke(Sum(row), T.CreateTruncating(row.Length)),
        ReduceKind.Max => Extreme<T, Maximum<T>>,
        ReduceKind.Min => Extreme<T, Minimum<T>>,
        ReduceKind.Prod => static row =>
        {
            T product = T.One;
            foreach (T v in row) product = unchecked(product * v);
            return product;
        },
        _ => throw Error("only float inputs are supported."),
    };

    private static T Sum<T>(ReadOnlySpan<T> row) where T : INumber<T>
    {
        T sum = T.Zero;
        foreach (T v in row) sum = unchecked(sum + v);
        return sum;
    }

    private static T Extreme<T, TF>(ReadOnlySpan<T> row) where T : unmanaged where TF : struct, IBinaryFunction<T>
    {
        T best = row[0];
        for (int i = 1; i < row.Length; i++) best = TF.Invoke(best, row[i]);
        return best;
    }

    private static double Fold(ReadOnlySpan<float> row, double start, Func<double, double, double> f)
    {
        foreach (float v in row) start = f(start, v);
        return start;
    }
}
