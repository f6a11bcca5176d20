namespace Cim.Tasks.Signature;

/// <summary>What the typed class is made from: the inputs and outputs of a model, and the files its weights lie in.</summary>
internal sealed record OnnxSignature(
    IReadOnlyList<OnnxValue> Inputs, IReadOnlyList<OnnxValue> Outputs, IReadOnlyList<string> ExternalFiles);

/// <summary>One graph input or output.</summary>
/// <param name="Name">The ONNX name.</param>
/// <param name="ElementType">The ONNX element type number, 1 = float; 0 if the model does not say.</param>
/// <param name="Dimensions">Each dimension; null where symbolic or unknown. Null if the model gives no shape.</param>
internal sealed record OnnxValue(string Name, int ElementType, IReadOnlyList<long?>? Dimensions);
