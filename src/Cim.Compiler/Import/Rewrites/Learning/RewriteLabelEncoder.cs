using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Learning;

/// <summary>
/// LabelEncoder of ai.onnx.ml between numbers: the value of the first key that equals the input, else the default. A chain of
/// Where; tables of text are not supported.
/// </summary>
internal sealed class RewriteLabelEncoder : IOperatorRewrite
{
    private const int MaxKeys = 4096;

    public IReadOnlyList<string> Operators { get; } = ["ai.onnx.ml.LabelEncoder"];

    public void Rewrite(RewriteContext context)
    {
        (Tensor keys, Tensor values) = (Table(context, "keys"), Table(context, "values"));
        if (keys.Length != values.Length) throw context.Error($"it has {keys.Length} keys and {values.Length} values");
        if (keys.Length > MaxKeys) throw context.Unsupported($"more than {MaxKeys} keys are not supported");
        string x = context.Unsqueeze(context.Cast(context.Input(0), keys.Type), context.ShapeOf(context.Input(0)).Rank);

        // The position of the first key that equals the input; behind the last key, the default.
        string hit = context.Op("Equal", [x, context.Constant("keys", keys)]);
        string at = context.Op("Where", [hit,
            context.Constant("position", Tensor.Create<long>(new Shape(keys.Length), Counter.Values(keys.Length))),
            context.Scalar((long)keys.Length)]);
        string first = context.Op("ReduceMin", [at, context.Longs(-1)], Runtime.Program.AttributeMap.Empty.With("keepdims", 0));
        context.Return(context.Op("Gather", [context.Constant("values", WithDefault(context, values)), first]));
    }

    private static Tensor Table(RewriteContext context, string name) =>
        context.Attributes.Ints(
            name + "_int64s") is { IsDefault: false } integers ? Tensor.Create(new Shape(integers.Length), integers.AsSpan())
        : context.Attributes.Floats(
            name + "_floats") is { IsDefault: false } floats ? Tensor.Create(new Shape(floats.Length), floats.AsSpan())
        : context.Attributes.Tensor(name + "_tensor") is { Type: ElementType.Int64 or ElementType.Float32 } tensor ? tensor
        : throw context.Unsupported($"{name} that are no numbers are not supported");

    private static Tensor WithDefault(RewriteContext context, Tensor values)
    {
        var shape = new Shape(values.Length + 1);
        if (values.Type == ElementType.Int64)
            return Tensor.Create<long>(shape, [.. values.Span<long>(), context.Attributes.Tensor("default_tensor") is { } l
                ? l.Span<long>()[0] : context.Attributes.Int("default_int64", -1)]);
        return Tensor.Create<float>(shape, [.. values.Span<float>(), context.Attributes.Tensor("default_tensor") is { } f
            ? f.Span<float>()[0] : context.Attributes.Float("default_float", -0f)]);
    }
}
