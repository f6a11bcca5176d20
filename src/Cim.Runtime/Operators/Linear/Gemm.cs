using Cim.Runtime.Operators.Elementwise;
using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Linear;

/// <summary>Gemm(A, B, C?) in float: alpha * A' * B' + beta * C with attributes transA, transB, alpha, beta; C broadcasts to the
/// result.</summary>
internal sealed class Gemm(AttributeMap attributes) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo a = inputs.Float(0, "A"), b = inputs.Float(1, "B");
        TensorInfo? c = inputs.OptionalFloat(2, "C");
        if (a.Shape.Rank != 2 || b.Shape.Rank != 2) throw Error($"A {a.Shape} and B {b.Shape} must be matrices.");
        bool transA = attributes.Int("transA", 0) != 0, transB = attributes.Int("transB", 0) != 0;
        float alpha = attributes.Float("alpha", 1), beta = attributes.Float("beta", 1);
        int m = a.Shape[transA ? 1 : 0], k = a.Shape[transA ? 0 : 1], n = b.Shape[transB ? 0 : 1];
        if (b.Shape[transB ? 1 : 0] != k)
            throw Error($"A {a.Shape}{(transA ? " transposed" : "")} and B {b.Shape}{(transB ? " transposed" : "")} do not fit.");
        TensorInfo output = Output(ElementType.Float32, m, n);
        BroadcastPlan? plan = null;
        if (c is not null)
        {
            if (ShapeMath.Broadcast(c.Shape, output.Shape) != output.Shape)
                throw Error($"C {c.Shape} does not broadcast to {output.Shape}.");
            plan = new BroadcastPlan(output.Shape, output.Shape, c.Shape);
        }

        GemmShape shape = transA ? new(m, n, k) { RowA = 1, ColumnA = m } : new(m, n, k);
        return new Kernel(output, (in KernelCall call) =>
        {
            Span<float> y = call.Output<float>(0);
            ReadOnlySpan<float> right = call.Input<float>(1);
            if (transB)
            {
                Span<float> packed = call.WorkspaceAs<float>()[..(k * n)];
                for (int j = 0; j < n; j++)
                    for (int p = 0; p < k; p++) packed[(p * n) + j] = right[(j * k) + p];
                right = packed;
            }

            FloatGemm.Multiply(shape, call.Input<float>(0), right, y);
            if (alpha != 1) foreach (ref float v in y) v *= alpha;
            if (plan is null) return;
            if (beta == 1) BinaryLoop.Run<float, Add<float>>(plan, y, call.Input<float>(2), y);
            else AddScaled(plan, y, call.Input<float>(2), beta);
        }) { WorkspaceBytes = transB ? checked(k * n * sizeof(float)) : 0 };
    }

    private static void AddScaled(BroadcastPlan plan, Span<float> y, ReadOnlySpan<float> c, float beta)
    {
        Span<int> counters = stackalloc int[plan.Counters];
        counters.Clear();
        Span<int> offsets = stackalloc int[2];
        offsets.Clear();
        for (int row = 0; row < plan.Rows; row++)
        {
            for (int i = 0; i < plan.Inner; i++) y[(row * plan.Inner) + i] += beta * c[offsets[1] + (i * plan.InnerStrides[1])];
            plan.Advance(counters, offsets);
        }
    }
}
