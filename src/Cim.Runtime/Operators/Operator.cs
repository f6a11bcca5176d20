using System.Collections.Immutable;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators;

/// <summary>
/// A digital operator with its attributes read. The form is that of ONNX opset 23: what became an input in a later opset
/// is an input here; older semantics that differ have an attribute of their own (documented on the operator).
/// Inputs that decide the output's shape (shape, axes, pads, starts ...) must be constants when the operator is bound.
/// </summary>
internal abstract class Operator
{
    /// <summary>How messages call this operator: the ONNX operator and, if given, the node.</summary>
    public required string Label { get; init; }

    /// <summary>Binds the operator to concrete inputs (null = omitted optional input).</summary>
    /// <exception cref="CimException">CIM0004: the types or shapes do not fit, or the result would be too large.</exception>
    public Kernel Bind(params ReadOnlySpan<TensorInfo?> inputs)
    {
        try
        {
            return Bind(new OperatorInputs(this, inputs));
        }
        catch (OverflowException e)
        {
            throw new CimException(
                ErrorCodes.InvalidGraph, $"{Label}: a dimension or size overflows 64 bits; check its shapes and attributes.", e);
        }
    }

    /// <summary>Types and shapes of the outputs for concrete inputs.</summary>
    /// <exception cref="CimException">CIM0004, as <see cref="Bind(ReadOnlySpan{TensorInfo?})"/>.</exception>
    public ImmutableArray<TensorInfo> InferShapes(params ReadOnlySpan<TensorInfo?> inputs) => Bind(inputs).Outputs;

    protected abstract Kernel Bind(OperatorInputs inputs);

    /// <summary>The error for inputs or attributes that do not fit this operator.</summary>
    public CimException Error(string message) => new(ErrorCodes.InvalidGraph, $"{Label}: {message}");

    /// <summary>The largest tensor, in bytes: buffers are addressed with 32-bit offsets.</summary>
    public const long MaxTensorBytes = 1L << 30;

    /// <summary>The most dimensions a tensor may have: walks keep their counters on the stack.</summary>
    public const int MaxRank = 64;

    /// <summary>An output of the given type and dimensions, checked against the size limit.</summary>
    protected TensorInfo Output(ElementType type, params ReadOnlySpan<long> dims)
    {
        if (dims.Length > MaxRank) throw Error($"the output would have {dims.Length} dimensions; at most {MaxRank} are supported.");
        int[] checkedDims = new int[dims.Length];
        long bytes = type.SizeOf();
        bool empty = dims.Contains(0);
        for (int i = 0; i < dims.Length; i++)
        {
            if (dims[i] < 0 || dims[i] > int.MaxValue)
                throw Error($"output dimension {i} would be {dims[i]}; check the shapes of its inputs and its attributes.");
            checkedDims[i] = (int)dims[i];
            if (!empty) bytes = checked(bytes * dims[i]);
            if (bytes > MaxTensorBytes)
                throw Error(
                    $"the output [{string.Join(",", dims.ToArray())}] would exceed {MaxTensorBytes >> 20} MiB; no tensor may be larger.");
        }

        return new TensorInfo(type, new Shape(checkedDims));
    }

    protected TensorInfo Output(ElementType type, Shape shape) => Output(type, shape.ToLongs());

    /// <summary>Turns an axis that may count from the end into 0 .. rank-1.</summary>
    protected int Axis(long axis, int rank) =>
        axis >= -rank && axis < rank ? (int)(axis < 0 ? axis + rank : axis)
        : throw Error($"axis {axis} is outside [{-rank},{rank - 1}] for rank {rank}.");

    /// <summary>Distinct normalised axes in the order given.</summary>
    protected int[] AxisList(ReadOnlySpan<long> axes, int rank)
    {
        int[] result = new int[axes.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            result[i] = Axis(axes[i], rank);
            if (result.AsSpan(0, i).Contains(result[i])) throw Error($"axis {axes[i]} is given twice.");
        }

        return result;
    }
}
