using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Training.Differentiation;

/// <summary>What a gradient rule sees of the graph: its node, the shapes of all forward values, and where to put gradients.</summary>
internal sealed class GradientContext
{
    private readonly DifferentiationState _state;

    public GradientContext(DifferentiationState state, NodeProto node)
    {
        this._state = state;
        Node = node;
    }

    /// <summary>The forward node.</summary>
    public NodeProto Node { get; }

    /// <summary>Where gradient nodes are appended.</summary>
    public GraphBuilder Builder => _state.Builder;

    /// <summary>Number of inputs, trailing optional ones included only if named.</summary>
    public int InputCount => Node.Input.Count;

    public string Input(int index) => Node.Input[index];

    public string Output(int index = 0) => Node.Output[index];

    public bool HasInput(int index) => index < Node.Input.Count && Node.Input[index].Length > 0;

    /// <summary>Shape of a forward value.</summary>
    public long[] Shape(string value) => _state.Shapes.TryGetValue(value, out long[]? shape)
        ? shape
        : throw new InvalidOperationException($"The shape of '{value}' was not recorded");

    public long[] InputShape(int index) => Shape(Input(index));

    public long[] OutputShape(int index = 0) => Shape(Output(index));

    /// <summary>Whether the loss depends on a parameter through this input.</summary>
    public bool Needs(int index) => HasInput(index) && _state.Needed.Contains(Input(index));

    /// <summary>The gradient of an output; null where the loss does not depend on it.</summary>
    public string? OutputGradientOrNull(int index) =>
        index < Node.Output.Count ? _state.Gradient(Node.Output[index]) : null;

    /// <summary>The gradient of the first output, which exists whenever a rule is called for a one-output node.</summary>
    public string OutputGradient => OutputGradientOrNull(0)
        ?? throw new InvalidOperationException($"No gradient reached '{Node.Output[0]}'");

    /// <summary>Adds a contribution to the gradient of an input; contributions are summed.</summary>
    public void Add(int index, string gradient) => _state.AddGradient(Input(index), gradient);

    /// <summary>The values of an int64 input known before the run.</summary>
    public long[] ConstantInts(int index)
    {
        if (_state.Constants.TryGetValue(Input(index), out TensorProto? tensor))
            return Tensors.ToInt64(tensor);
        throw Unsupported($"input {index} ('{Input(index)}') must be a constant");
    }

    /// <summary>An error that names this node.</summary>
    public CimException Unsupported(string why) => new(
        ErrorCodes.NotDifferentiable,
        $"Cannot differentiate {Node.OpType} node '{Describe(Node)}': {why}");

    /// <summary>The node's name, or its first output where it has none.</summary>
    public static string Describe(NodeProto node) => node.Name.Length > 0 ? node.Name : node.Output[0];

    /// <summary>Sums a gradient of a broadcast value back to the shape the value had before.</summary>
    public string Unbroadcast(string gradient, ReadOnlySpan<long> from, ReadOnlySpan<long> to)
    {
        if (from.SequenceEqual(to))
            return gradient;
        int extra = from.Length - to.Length;
        var axes = new List<long>();
        for (int axis = 0; axis < from.Length; axis++)
        {
            if (axis < extra || (to[axis - extra] == 1 && from[axis] != 1))
                axes.Add(axis);
        }

        string sum = axes.Count == 0 ? gradient : Sum(gradient, [.. axes], keepDims: true);
        return extra == 0 ? sum : Reshape(sum, to);
    }

    public string Reshape(string value, ReadOnlySpan<long> dims) => Builder.Op("Reshape", value, Builder.Ints(dims));

    public string Sum(string value, long[] axes, bool keepDims) =>
        Builder.Op("ReduceSum", [value, Builder.Ints(axes)], Attributes.Int("keepdims", keepDims ? 1 : 0));

    public string Mean(string value, long[] axes, bool keepDims) =>
        Builder.Op("ReduceMean", [value], Attributes.Ints("axes", axes), Attributes.Int("keepdims", keepDims ? 1 : 0));

    public string Transpose(string value, params ReadOnlySpan<long> permutation) =>
        Builder.Op("Transpose", [value], Attributes.Ints("perm", permutation));

    public string Expand(string value, ReadOnlySpan<long> dims) => Builder.Op("Expand", value, Builder.Ints(dims));

    public string Mul(string a, string b) => Builder.Op("Mul", a, b);

    public string Scale(string value, double factor) => factor == 1 ? value : Mul(value, Builder.Scalar(factor));

    /// <summary>A constant of zeros.</summary>
    public string Zeros(ReadOnlySpan<long> dims) => Builder.Op("Expand", Builder.Scalar(0), Builder.Ints(dims));

    /// <summary>
    /// <paramref name="gradient"/> where <paramref name="condition"/> holds, 0 elsewhere. Cast and Mul are vectorised in
    /// ONNX Runtime; Where took twice their time.
    /// </summary>
    public string Mask(string condition, string gradient) =>
        Mul(Builder.Op("Cast", [condition], Attributes.Int("to", (long)Builder.FloatType)), gradient);

    /// <summary>A non-negative axis.</summary>
    public static int Axis(long axis, int rank) => (int)(axis < 0 ? axis + rank : axis);
}
