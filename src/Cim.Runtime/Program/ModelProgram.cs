using System.Collections.Immutable;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Program;

/// <summary>A tensor that flows between steps, or a constant.</summary>
/// <param name="Name">The ONNX value name it came from.</param>
/// <param name="Type">The element type in memory; quantized activations are <c>UInt8</c> or <c>Int8</c>.</param>
/// <param name="Shape">The shape; symbolic dimensions are multiples of the batch.</param>
/// <param name="Constant">The data if the value is a constant.</param>
internal sealed record ProgramValue(string Name, ElementType Type, Shape Shape, Tensor? Constant = null);

/// <summary>
/// One step: a digital operator (an ONNX operator name, inference semantics of opset 23 unless attribute
/// <c>since</c> says otherwise) or <see cref="CrossbarOp"/>.
/// </summary>
/// <param name="Op">The operator.</param>
/// <param name="Name">The ONNX node name, for messages and reports.</param>
/// <param name="Inputs">Value indices; -1 is an omitted optional input.</param>
/// <param name="Outputs">Value indices; -1 is an output nobody reads.</param>
/// <param name="Attributes">The operator's attributes; for <see cref="CrossbarOp"/> <c>layer</c> is the index of its layer,
/// which several steps may use.</param>
internal sealed record ProgramStep(
    string Op, string Name, ImmutableArray<int> Inputs, ImmutableArray<int> Outputs, AttributeMap Attributes)
{
    /// <summary>
    /// A layer on crossbars. Input 0: the quantized activations (layout of <see cref="Crossbar.CrossbarLayer"/>); input 1, optional:
    /// the residual added in the epilogue; output 0: quantized or float as the layer's epilogue says.
    /// </summary>
    public const string CrossbarOp = "cim.Crossbar";
}

/// <summary>What a compiled model executes: values, steps in execution order, and the crossbar layers they use.</summary>
internal sealed record ModelProgram(
    ImmutableArray<ProgramValue> Values,
    ImmutableArray<ProgramStep> Steps,
    ImmutableArray<Crossbar.CrossbarLayer> Layers,
    ImmutableArray<int> Inputs,
    ImmutableArray<int> Outputs)
{
    /// <summary>The steps that use a layer, in order: several where nodes share weights.</summary>
    public IEnumerable<ProgramStep> StepsOf(int layer) =>
        Steps.Where(s => s.Op == ProgramStep.CrossbarOp && s.Attributes.Int("layer", -1) == layer);
}
