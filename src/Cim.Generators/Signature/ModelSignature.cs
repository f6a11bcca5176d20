namespace Cim.Generators.Signature;

/// <summary>What a signature file says about a model.</summary>
/// <param name="ModelFile">The file name of the ONNX model, for the documentation of the class.</param>
/// <param name="Inputs">The graph's inputs, in order.</param>
/// <param name="Outputs">The graph's outputs, in order.</param>
internal sealed record ModelSignature(string ModelFile, EquatableArray<TensorSignature> Inputs, EquatableArray<TensorSignature> Outputs);

/// <summary>One input or output.</summary>
/// <param name="Name">The ONNX name.</param>
/// <param name="ElementType">The ONNX element type, for example <c>float</c>.</param>
/// <param name="HasShape">False if the model gives no shape.</param>
/// <param name="Dimensions">The dimensions; -1 where symbolic.</param>
internal sealed record TensorSignature(string Name, string ElementType, bool HasShape, EquatableArray<long> Dimensions)
{
    /// <summary>True if the first dimension counts samples: it is symbolic, or 1 in a model exported for one sample.</summary>
    public bool HasBatch => HasShape && Dimensions.Count > 0 && Dimensions[0] is -1 or 1;

    /// <summary>The first dimension, if it is a fixed number of several; null otherwise.</summary>
    public long? FixedBatch => HasShape && Dimensions.Count > 1 && Dimensions[0] > 1 ? Dimensions[0] : null;

    /// <summary>For people: <c>N x 1 x 28 x 28</c>.</summary>
    public string ShapeText => !HasShape ? "unknown shape" : Dimensions.Count == 0 ? "a single value"
        : string.Join(" x ", Dimensions.Select(
            (d, i) => d > 0 && !(i == 0 && HasBatch) ? d.ToString(System.Globalization.CultureInfo.InvariantCulture) : i == 0 ? "N" : "?"));
}
