using System.Collections.Immutable;
using Cim.Runtime.Program;

namespace Cim.Compiler.Ir;

/// <summary>
/// One operator application. Operators are ONNX operators normalised at import to one form per operator
/// (attributes that became inputs in later opsets are inputs; see docs/operators.md).
/// </summary>
/// <param name="Op">The ONNX operator name.</param>
/// <param name="Name">Unique; the ONNX node name, or made from the operator and its first output.</param>
/// <param name="Inputs">Value names; the empty string is an omitted optional input.</param>
/// <param name="Outputs">Value names; the empty string is an output nobody reads.</param>
/// <param name="Attributes">The attributes that remain.</param>
internal sealed record Node(
    string Op, string Name, ImmutableArray<string> Inputs, ImmutableArray<string> Outputs, AttributeMap Attributes)
{
    /// <summary>Attribute of QuantizeLinear/DequantizeLinear: integer bits, 8 if absent. Fewer bits saturate earlier.</summary>
    public const string BitsAttribute = "bits";
}
