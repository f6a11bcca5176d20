using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Runtime;
using static TorchSharp.torch;

namespace Cim.Training.Torch.Nodes;

/// <summary>A node of a training graph as an operator sees it when its tensor operation is made.</summary>
/// <param name="Proto">The node.</param>
/// <param name="Shapes">Shape of every value.</param>
/// <param name="Constants">The initializers of the graph.</param>
/// <param name="RealType">Float32 or Float64: what real numbers are computed in.</param>
/// <param name="Device">Where.</param>
internal sealed record TorchNode(
    NodeProto Proto, IReadOnlyDictionary<string, long[]> Shapes, IReadOnlyDictionary<string, TensorProto> Constants, ScalarType RealType,
    Device Device)
{
    public string Type => Proto.OpType;

    public int InputCount => Proto.Input.Count;

    public bool Has(int index) => index < Proto.Input.Count && Proto.Input[index].Length > 0;

    public long[] InputShape(int index) => Shapes[Proto.Input[index]];

    public long[] OutputShape(int index = 0) => Shapes[Proto.Output[index]];

    public int Rank => InputShape(0).Length;

    public long Int(string name, long defaultValue) => Attributes.GetInt(Proto, name, defaultValue);

    public double Real(string name, float defaultValue) => Attributes.GetFloat(Proto, name, defaultValue);

    public string Text(string name, string defaultValue) => Attributes.GetString(Proto, name, defaultValue);

    public long[] Ints(string name, long[] defaultValue) => Attributes.GetInts(Proto, name, defaultValue);

    /// <summary>The values of an integer input, which must be known before the run.</summary>
    public long[] ConstantInts(int index) => Constants.TryGetValue(Proto.Input[index], out TensorProto? tensor)
        ? Tensors.ToInt64(tensor)
        : throw Unsupported($"input {index} ('{Proto.Input[index]}') must be a constant");

    /// <summary>A number as a tensor that lives as long as the operation that refers to it.</summary>
    public Tensor Number(double value) => TorchValues.OnDevice(new[] { value }, [], RealType, Device).DetachFromDisposeScope();

    /// <summary>A non-negative axis of the first input.</summary>
    public long Axis(long axis) => axis < 0 ? axis + Rank : axis;

    /// <summary>An error that names this node.</summary>
    public CimException Unsupported(string why) => new(
        ErrorCodes.NotDifferentiable,
        $"The torch engine cannot run {Proto.OpType} node '{(Proto.Name.Length > 0 ? Proto.Name : Proto.Output[0])}': {why}");
}

/// <summary>An operator of training graphs.</summary>
/// <param name="Type">Its name.</param>
/// <param name="Make">Makes the operation of a node.</param>
internal sealed record TorchOperator(string Type, Func<TorchNode, TorchOperation> Make);

/// <summary>A node made ready: its outputs from its inputs; optional inputs that are absent are null.</summary>
internal delegate Tensor[] TorchOperation(Tensor[] inputs);
