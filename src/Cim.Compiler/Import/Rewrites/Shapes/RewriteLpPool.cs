using System.Collections.Immutable;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Shapes;

/// <summary>LpPool and GlobalLpPool: the p-th root of sums of |x|^p; a sum over a window is its AveragePool times its size.</summary>
internal sealed class RewriteLpPool : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["LpPool", "GlobalLpPool"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0);
        float p = context.Attributes.Int("p", 2);
        string size = context.Op("Abs", [x]),
            powers = p == 1 ? size : p == 2 ? context.Mul(x, x) : context.Op("Pow", [size, context.Scalar(p)]);
        string sums;
        if (context.Node.Op == "GlobalLpPool")
        {
            sums = context.ReduceSum(powers, keep: true, [.. Enumerable.Range(2, context.ShapeOf(x).Rank - 2)]);
        }
        else
        {
            ImmutableArray<long> kernel = context.Attributes.Ints("kernel_shape");
            if (kernel.IsDefaultOrEmpty) throw context.Error("it has no kernel_shape");
            string mean = context.Op("AveragePool", [powers], context.Attributes.Without("p").With("count_include_pad", 1));
            sums = context.Mul(mean, kernel.Aggregate(1L, (a, b) => a * b));
        }

        context.Return(p == 1 ? sums : p == 2 ? context.Op("Sqrt", [sums]) : context.Op("Pow", [sums, context.Scalar(1 / p)]));
    }
}
