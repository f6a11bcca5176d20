using System.Globalization;

namespace Cim.Generators.Signature;

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

    /// <summary>True if the values of one sample lie together: the batch is in front, or nowhere.</summary>
    public bool IsBySample => !HasShape || Dimensions.Count == 0 || Dimensions[0] == -1 || !Dimensions.Contains(-1);

    /// <summary>The number of classes if this is a vector of real scores, one a class; 0 otherwise.</summary>
    public int Classes => HasShape ? ScoreVector.Classes(ElementType, Dimensions) : 0;

    /// <summary>True if the numbers are real: they are floats in the program, whatever their width in the graph.</summary>
    public bool IsReal => CSharpType == "float";

    /// <summary>
    /// The type in the program: integers and truth values of the graph stay what they are, those of unusual widths take the next wider.
    /// </summary>
    public string CSharpType => ElementType switch
    {
        "int64" or "uint32" or "uint64" => "long",
        "int32" or "int16" or "uint16" => "int",
        "uint8" => "byte",
        "int8" => "sbyte",
        "bool" => "bool",
        _ => "float",
    };

    /// <summary>For people: <c>N x 1 x 28 x 28</c>.</summary>
    public string ShapeText => !HasShape ? "unknown shape" : Dimensions.Count == 0 ? "a single value"
        : string.Join(" x ", Dimensions.Select(
            (d, i) => d > 0 && !(i == 0 && HasBatch) ? d.ToString(CultureInfo.InvariantCulture) : i == 0 ? "N" : "?"));
}
