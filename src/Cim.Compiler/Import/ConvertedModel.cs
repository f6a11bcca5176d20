using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import;

/// <summary>
/// An ONNX file converted to the compiler's nodes, before shapes are known: operators in their newest form, nodes in
/// topological order, names unique.
/// </summary>
/// <param name="Name">The graph's name.</param>
/// <param name="Opset">The version of the default operator set.</param>
/// <param name="Inputs">Inputs that are not initializers, with their declared types and shapes.</param>
/// <param name="Outputs">Output names.</param>
/// <param name="Nodes">The nodes; unsupported ones are left out.</param>
/// <param name="Constants">Initializers and Constant nodes.</param>
/// <param name="Unsupported">Everything this SDK cannot run.</param>
internal sealed record ConvertedModel(
    string Name, int Opset, ImmutableArray<(string Name, ValueInfo Info)> Inputs, ImmutableArray<string> Outputs,
    ImmutableArray<Node> Nodes, ImmutableDictionary<string, Tensor> Constants, ImmutableArray<UnsupportedOperator> Unsupported);

/// <summary>One node this SDK cannot run.</summary>
/// <param name="NodeName">The ONNX node name, or one made from the operator and its output.</param>
/// <param name="Domain">The operator's domain; empty is ONNX itself.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Opset">The version of the domain the model imports, 0 if it imports none.</param>
/// <param name="Reason">What is not supported about it.</param>
internal sealed record UnsupportedOperator(string NodeName, string Domain, string Operator, long Opset, string Reason)
{
    public override string ToString() =>
        $"node '{NodeName}': {(Domain.Length == 0 ? "" : Domain + ".")}{Operator} (opset {Opset}): {Reason}";
}
