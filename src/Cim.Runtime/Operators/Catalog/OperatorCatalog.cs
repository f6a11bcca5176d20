using System.Collections.Frozen;
using Cim.Runtime.Operators.Elementwise;
using Cim.Runtime.Operators.Linear;
using Cim.Runtime.Operators.Movement;
using Cim.Runtime.Operators.Normalization;
using Cim.Runtime.Operators.Quantization;
using Cim.Runtime.Operators.Reduction;
using Cim.Runtime.Operators.Signals;
using Cim.Runtime.Operators.Spatial;
using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Catalog;

/// <summary>
/// All digital operators by their ONNX names. The form expected is that of opset 23 (see <see cref="Operator"/>); importing
/// older opsets turns attributes that became inputs (axes, pads, min, ratio ...) into constant inputs and sets Softmax's
/// <c>coerce2d</c>, Split's <c>num_outputs</c> and Resize's coordinates explicitly.
/// </summary>
internal static class OperatorCatalog
{
    public static bool IsSupported(string op) => Names.Contains(op);

    /// <summary>Every supported operator.</summary>
    public static FrozenSet<string> Names { get; } = new[]
    {
        "Abs", "Acos", "Acosh", "Add", "And", "ArgMax", "ArgMin", "Asin", "Asinh", "Atan", "Atanh", "AveragePool", "BatchNormalization",
        "Cast", "Ceil", "Celu", "Clip", "Col2Im", "Concat", "Constant", "ConstantOfShape", "Conv", "ConvTranspose", "Cos", "Cosh",
        "CumSum", "DFT",
        "DepthToSpace", "DequantizeLinear", "Div", "Dropout", "Elu", "Equal", "Erf", "Exp", "Expand", "Flatten", "Floor", "Gather",
        "GatherElements", "GatherND", "Gelu", "Gemm", "GlobalAveragePool", "GlobalMaxPool", "Greater", "GreaterOrEqual", "GridSample",
        "HardSigmoid", "HardSwish", "Identity", "InstanceNormalization", "LayerNormalization", "LeakyRelu", "Less", "LessOrEqual", "Log",
        "LogSoftmax", "MatMul", "Max", "MaxPool", "MaxUnpool", "Mean", "Min", "Mish", "Mod", "Mul", "Neg", "Not", "Or", "PRelu", "Pad",
        "Pow",
        "QuantizeLinear", "Range", "Reciprocal", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean",
        "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare", "Relu", "Reshape", "Resize", "ReverseSequence", "RoiAlign",
        "Round", "ScatterElements", "ScatterND", "Selu", "Shape", "Sigmoid", "Sign", "Sin", "Sinh", "Size", "Slice", "Softmax", "Softplus",
        "Softsign", "SpaceToDepth", "Split", "Sqrt", "Squeeze", "Sub", "Sum", "Tan", "Tanh", "ThresholdedRelu", "Tile", "TopK", "Transpose",
        "Unsqueeze", "Where", "Xor",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Creates an operator.</summary>
    /// <param name="op">The ONNX operator name.</param>
    /// <param name="attributes">Its attributes in normalised form.</param>
    /// <param name="nodeName">For messages.</param>
    /// <exception cref="CimException">CIM0003: the operator is not supported; CIM0004: an attribute has the wrong kind.</exception>
    public static Operator Create(string op, AttributeMap attributes, string? nodeName = null)
    {
        string label = string.IsNullOrEmpty(nodeName) ? op : $"node '{nodeName}' ({op})";
        AttributeMap a = attributes;
        return op switch
        {
            "Add" => new BinaryOperator(BinaryKind.Add) { Label = label },
            "Sub" => new BinaryOperator(BinaryKind.Sub) { Label = label },
            "Mul" => new BinaryOperator(BinaryKind.Mul) { Label = label },
            "Div" => new BinaryOperator(BinaryKind.Div) { Label = label },
            "PRelu" => new BinaryOperator(BinaryKind.PRelu) { Label = label },
            "Mod" => new BinaryOperator(a.Int("fmod", 0) == 0 ? BinaryKind.FloorMod : BinaryKind.TruncatedMod) { Label = label },
            "Max" => new BinaryOperator(BinaryKind.Max, variadic: true) { Label = label },
            "Min" => new BinaryOperator(BinaryKind.Min, variadic: true) { Label = label },
            "Sum" => new BinaryOperator(BinaryKind.Add, variadic: true) { Label = label },
            "Mean" => new BinaryOperator(BinaryKind.Add, variadic: true, mean: true) { Label = label },
            "Pow" => new Pow { Label = label },
            "Equal" => new Comparison(Relation.Equal) { Label = label },
            "Less" => new Comparison(Relation.Less) { Label = label },
            "LessOrEqual" => new Comparison(Relation.LessOrEqual) { Label = label },
            "Greater" => new Comparison(Relation.Greater) { Label = label },
            "GreaterOrEqual" => new Comparison(Relation.GreaterOrEqual) { Label = label },
            "And" => new Logic(LogicKind.And) { Label = label },
            "Or" => new Logic(LogicKind.Or) { Label = label },
            "Xor" => new Logic(LogicKind.Xor) { Label = label },
            "Not" => new Logic(LogicKind.Not) { Label = label },
            "Where" => new Where { Label = label },
            "Clip" => new Clip { Label = label },
            "Cast" => new Cast(a.Int("to", 0), a.Int(Cast.NarrowAttribute, 0)) { Label = label },

            "Transpose" => new Transpose(a.Ints("perm")) { Label = label },
            "Slice" => new Slice { Label = label },
            "Split" => new Split(a.Int("axis", 0), a.Int("num_outputs", 0)) { Label = label },
            "Concat" => new Concat(a.Int("axis", 0)) { Label = label },
            "Pad" => new Pad(a.String("mode", "constant")) { Label = label },
            "Reshape" => new Reshape(a.Int("allowzero", 0) != 0) { Label = label },
            "Flatten" => new Flatten(a.Int("axis", 1)) { Label = label },
            "Squeeze" => new Squeeze { Label = label },
            "Unsqueeze" => new Unsqueeze { Label = label },
            "Identity" => new Identity { Label = label },
            "Dropout" => new Dropout { Label = label },
            "GatherElements" => new GatherElements(a.Int("axis", 0)) { Label = label },
            "GatherND" => new GatherNd(a.Int("batch_dims", 0)) { Label = label },
            "ScatterElements" => new ScatterElements(a.Int("axis", 0), a.String("reduction", "none")) { Label = label },
            "ScatterND" => new ScatterNd(a.String("reduction", "none")) { Label = label },
            "ReverseSequence" => new ReverseSequence(a.Int("batch_axis", 1), a.Int("time_axis", 0)) { Label = label },
            "Gather" => new Gather(a.Int("axis", 0)) { Label = label },
            "Expand" => new Expand { Label = label },
            "Tile" => new Tile { Label = label },
            "Shape" => new ShapeOf(a.Int("start", 0), a.Int("end", long.MaxValue)) { Label = label },
            "Size" => new SizeOf { Label = label },
            "Constant" => new Constant(a.Tensor("value")) { Label = label },
            "ConstantOfShape" => new ConstantOfShape(a.Tensor("value")) { Label = label },
            "Range" => new Movement.Range { Label = label },

            "Conv" => new Conv(a) { Label = label },
            "ConvTranspose" => new ConvTranspose(a) { Label = label },
            "MaxPool" => new Pool(a, average: false) { Label = label },
            "MaxUnpool" => new MaxUnpool(a) { Label = label },
            "AveragePool" => new Pool(a, average: true) { Label = label },
            "GlobalAveragePool" => new GlobalPool(average: true) { Label = label },
            "GlobalMaxPool" => new GlobalPool(average: false) { Label = label },
            "DepthToSpace" => new DepthToSpace(a.Int("blocksize", 0), a.String("mode", "DCR"), inverse: false) { Label = label },
            "SpaceToDepth" => new DepthToSpace(a.Int("blocksize", 0), "DCR", inverse: true) { Label = label },
            "GridSample" => new GridSample(a) { Label = label },
            "Col2Im" => new Col2Im(a) { Label = label },
            "DFT" => new FourierTransform(a) { Label = label },
            "Resize" => new Resize(a) { Label = label },
            "RoiAlign" => new RoiAlign(a) { Label = label },
            "Gemm" => new Gemm(a) { Label = label },
            "MatMul" => new MatMul { Label = label },

            "BatchNormalization" => new BatchNormalization(a) { Label = label },
            "InstanceNormalization" => new InstanceNormalization(a) { Label = label },
            "LayerNormalization" => new LayerNormalization(a) { Label = label },
            "Softmax" => new Softmax(a, logarithm: false) { Label = label },
            "LogSoftmax" => new Softmax(a, logarithm: true) { Label = label },
            "QuantizeLinear" => new QuantizeLinear(a) { Label = label },
            "DequantizeLinear" => new DequantizeLinear(a) { Label = label },

            "ReduceSum" => new Reduce(ReduceKind.Sum, a) { Label = label },
            "ReduceMean" => new Reduce(ReduceKind.Mean, a) { Label = label },
            "ReduceMax" => new Reduce(ReduceKind.Max, a) { Label = label },
            "ReduceMin" => new Reduce(ReduceKind.Min, a) { Label = label },
            "ReduceProd" => new Reduce(ReduceKind.Prod, a) { Label = label },
            "ReduceL1" => new Reduce(ReduceKind.L1, a) { Label = label },
            "ReduceL2" => new Reduce(ReduceKind.L2, a) { Label = label },
            "ReduceSumSquare" => new Reduce(ReduceKind.SumSquare, a) { Label = label },
            "ReduceLogSum" => new Reduce(ReduceKind.LogSum, a) { Label = label },
            "ReduceLogSumExp" => new Reduce(ReduceKind.LogSumExp, a) { Label = label },
            "CumSum" => new CumSum(a) { Label = label },
            "TopK" => new TopK(a) { Label = label },
            "ArgMax" => new ArgExtreme(a, smallest: false) { Label = label },
            "ArgMin" => new ArgExtreme(a, smallest: true) { Label = label },

            _ => UnaryCatalog.Create(op, a, label) ?? throw new CimException(ErrorCodes.UnsupportedOperators,
                $"{label}: operator {op} is not supported; docs/operators.md lists the supported ones."),
        };
    }
}
