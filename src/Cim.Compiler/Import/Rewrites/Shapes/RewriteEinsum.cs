using System.Collections.Immutable;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Shapes;

/// <summary>
/// Einsum: repeated axes become diagonals, axes of one operand alone are summed, and operand after operand is multiplied by a
/// MatMul over the axes both have and the result does not need.
/// </summary>
internal sealed class RewriteEinsum : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["Einsum"];

    public void Rewrite(RewriteContext context)
    {
        ImmutableArray<string> inputs = context.Node.Inputs;
        EinsumEquation equation;
        try
        {
            equation = EinsumEquation.Parse(
                context.Attributes.String("equation", ""), [.. inputs.Select(i => context.ShapeOf(i).Rank)]);
        }
        catch (FormatException e)
        {
            throw context.Error(e.Message);
        }

        (string value, string axes) = Diagonal(context, inputs[0], equation.Inputs[0]);
        for (int i = 1; i < inputs.Length; i++)
        {
            string later = equation.Output + string.Concat(equation.Inputs.Skip(i + 1));
            (string right, string rightAxes) = Diagonal(context, inputs[i], equation.Inputs[i]);
            (value, axes) = Sum(context, value, axes, later + rightAxes);
            (right, rightAxes) = Sum(context, right, rightAxes, later + axes);
            (value, axes) = Multiply(context, (value, axes), (right, rightAxes), later);
        }

        (value, axes) = Sum(context, value, axes, equation.Output);
        long[] order = [.. equation.Output.Select(c => (long)axes.IndexOf(c, StringComparison.Ordinal))];
        context.Return(order.Select((o, i) => o == i).All(same => same) ? value : context.Transpose(value, order));
    }

    /// <summary>An axis named twice: multiplied by an identity matrix and summed over one of the two.</summary>
    private static (string Value, string Axes) Diagonal(RewriteContext c, string value, string axes)
    {
        for (int second = axes.Length - 1; second > 0; second--)
        {
            int first = axes.IndexOf(axes[second], StringComparison.Ordinal);
            if (first == second) continue;
            Shape shape = c.ShapeOf(value);
            string same = c.Op("Equal", [Counter.Along(c, shape, first), Counter.Along(c, shape, second)]);
            value = c.ReduceSum(c.Mul(value, c.Cast(same, c.TypeOf(value))), keep: false, second);
            axes = axes.Remove(second, 1);
        }

        return (value, axes);
    }

    /// <summary>Sums over the axes nobody needs any more.</summary>
    private static (string Value, string Axes) Sum(RewriteContext c, string value, string axes, string needed)
    {
        long[] over = [
            .. Enumerable.Range(0, axes.Length).Where(i => !needed.Contains(axes[i], StringComparison.Ordinal)).Select(i => (long)i)];
        return over.Length == 0 ? (value, axes)
            : (c.ReduceSum(value, keep: false, over), string.Concat(axes.Where(a => needed.Contains(a, StringComparison.Ordinal))));
    }

    private static (string Value, string Axes) Multiply(
        RewriteContext c, (string Value, string Axes) left, (string Value, string Axes) right, string needed)
    {
        bool Both(char a) => left.Axes.Contains(a, StringComparison.Ordinal) && right.Axes.Contains(a, StringComparison.Ordinal);
        bool Needed(char a) => needed.Contains(a, StringComparison.Ordinal);
        char[] batch = [.. left.Axes.Where(a => Both(a) && Needed(a))], over = [.. left.Axes.Where(a => Both(a) && !Needed(a))];
        char[] rows = [.. left.Axes.Where(a => !Both(a))], columns = [.. right.Axes.Where(a => !Both(a))];
        string result = string.Concat([.. batch, .. rows, .. columns]);
        if (over.Length == 0)
        {
            // Nothing is summed: a product with the axes of either side beside each other.
            string Beside(string value, string axes) => c.Reshape(Ordered(c, value, axes, string.Concat(result.Where(axes.Contains))),
                Dims(c, value, axes, result));
            return (c.Mul(Beside(left.Value, left.Axes), Beside(right.Value, right.Axes)), result);
        }

        Shape a = c.ShapeOf(left.Value), b = c.ShapeOf(right.Value);
        int[] batchDims = [.. batch.Select(
            x => Broadcast(a[left.Axes.IndexOf(x, StringComparison.Ordinal)], b[right.Axes.IndexOf(x, StringComparison.Ordinal)]))];
        string l = Matrix(c, left, batch, rows, over), r = Matrix(c, right, batch, over, columns);
        int[] rowDims = [.. rows.Select(x => a[left.Axes.IndexOf(x, StringComparison.Ordinal)])];
        int[] columnDims = [.. columns.Select(x => b[right.Axes.IndexOf(x, StringComparison.Ordinal)])];
        string product = c.MatMul(l, r);
        return (rows.Length == 1 && columns.Length == 1 ? product : c.Reshape(product, [.. batchDims, .. rowDims, .. columnDims]), result);
    }

    private static int Broadcast(int a, int b) => a == 1 ? b : a;

    /// <summary>[batch..., rows, columns] with the axes of rows and columns merged.</summary>
    private static string Matrix(RewriteContext c, (string Value, string Axes) operand, char[] batch, char[] rows, char[] columns)
    {
        string value = Ordered(c, operand.Value, operand.Axes, string.Concat([.. batch, .. rows, .. columns]));
        if (rows.Length == 1 && columns.Length == 1) return value;
        Shape shape = c.ShapeOf(value);
        int middle = batch.Length + rows.Length;
        return c.Reshape(
            value, [.. shape.Dims.Take(batch.Length), shape.Product(c, batch.Length, middle), shape.Product(c, middle, shape.Rank)]);
    }

    private static string Ordered(RewriteContext c, string value, string axes, string wanted) =>
        axes == wanted ? value : c.Op("Transpose", [value],
            AttributeMap.Empty.With("perm", [.. wanted.Select(a => (long)axes.IndexOf(a, StringComparison.Ordinal))]));

    /// <summary>The sizes of an operand's axes at their places among those of the result, 1 at the others.</summary>
    private static int[] Dims(RewriteContext c, string value, string axes, string result)
    {
        Shape shape = c.ShapeOf(value);
        return [.. result.Select(a => axes.IndexOf(a, StringComparison.Ordinal) is >= 0 and var at ? shape[at] : 1)];
    }
}
