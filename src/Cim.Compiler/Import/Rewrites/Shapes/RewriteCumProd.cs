using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Shapes;

/// <summary>CumProd of opset 26 along a short axis: one multiplication a step.</summary>
internal sealed class RewriteCumProd : IOperatorRewrite
{
    private const int MaxSteps = 256;

    public IReadOnlyList<string> Operators { get; } = ["CumProd"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0);
        Shape shape = context.ShapeOf(x);
        int axis = context.Axis(context.Integers(context.Input(1), "input 1 ('axis')")[0], shape.Rank), size = shape[axis];
        if (size is < 1 or > MaxSteps) throw context.Unsupported($"an axis of {size} is not supported; 1 to {MaxSteps} are");
        bool reverse = context.Attributes.Int("reverse", 0) != 0, exclusive = context.Attributes.Int("exclusive", 0) != 0;
        string[] results = new string[size];
        string? product = null;
        for (int i = 0; i < size; i++)
        {
            int at = reverse ? size - 1 - i : i;
            string step = context.Slice(x, axis, at, at + 1);
            string next = product is null ? step : context.Mul(product, step);
            results[at] = !exclusive ? next : product ?? Ones(context, step);
            product = next;
        }

        context.Return(context.Concat(axis, results));
    }

    private static string Ones(RewriteContext context, string like)
    {
        string shape = context.Op("Shape", [like]);
        Tensor one = context.Constant(context.Cast(context.Scalar(1L), context.TypeOf(like)))!;
        return context.Op("ConstantOfShape", [shape],
            AttributeMap.Empty.With("value", new AttributeValue.TensorValue(new Tensor(one.Type, new Shape(1), one.Data))));
    }
}
