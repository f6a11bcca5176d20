using System.Globalization;
using Cim.Compiler.Options;

namespace Cim.Tasks.Signature;

/// <summary>What the typed class is made from: the inputs and outputs of a model, and the files its weights lie in.</summary>
internal sealed record OnnxSignature(
    IReadOnlyList<OnnxValue> Inputs, IReadOnlyList<OnnxValue> Outputs, IReadOnlyList<string> ExternalFiles)
{
    /// <summary>The signature without the inputs whose values an item fixes.</summary>
    /// <param name="values">The metadata <c>Fix</c>: <c>sr=16000</c>.</param>
    public OnnxSignature Without(string values)
    {
        HashSet<string> set = [
            .. OptionCheck.Pieces(values).Select(piece => piece.Substring(0, Math.Max(0, piece.LastIndexOf('='))).Trim())];
        return this with { Inputs = [.. Inputs.Where(i => !set.Contains(i.Name))] };
    }

    /// <summary>The signature with the sizes an item sets for open dimensions.</summary>
    /// <param name="sizes">The metadata <c>Dim</c>, <c>height=32;x:1=16</c>, or <c>Dims</c>, of which the first sizes count. What is wrong
    /// with it, others say.</param>
    public OnnxSignature WithSizes(string sizes)
    {
        Dictionary<string, long> known = new(StringComparer.Ordinal);
        foreach (string piece in OptionCheck.Pieces(sizes))
        {
            int at = piece.LastIndexOf('=');
            string number = OptionCheck.Alternatives(piece.Substring(at + 1)).First();
            if (at > 0 && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long size) && size > 0)
                known[piece.Substring(0, at).Trim()] = size;
        }

        return known.Count == 0 ? this : this with
        {
            Inputs = [.. Inputs.Where(i => !i.IsSet(known)).Select(i => i.WithSizes(known, isInput: true))],
            Outputs = [.. Outputs.Select(o => o.WithSizes(known, isInput: false))],
        };
    }
}

/// <summary>One graph input or output.</summary>
/// <param name="Name">The ONNX name.</param>
/// <param name="ElementType">The ONNX element type number, 1 = float; 0 if the model does not say.</param>
/// <param name="Dimensions">Each dimension; null where symbolic or unknown. Null if the model gives no shape.</param>
internal sealed record OnnxValue(string Name, int ElementType, IReadOnlyList<long?>? Dimensions)
{
    private const int Int32 = 6, Int64 = 7;

    /// <summary>The names of the dimensions, empty where they have none; as many as there are dimensions, or none.</summary>
    public IReadOnlyList<string> DimensionNames { get; init; } = [];

    /// <summary>True for an input of one integer whose value is set: the class does not have it.</summary>
    public bool IsSet(IReadOnlyDictionary<string, long> sizes) =>
        ElementType is Int64 or Int32 && Dimensions is not null && Dimensions.All(d => d == 1) && sizes.ContainsKey(Name);

    /// <summary>With sizes for what is open: by input and axis, else by name.</summary>
    public OnnxValue WithSizes(IReadOnlyDictionary<string, long> sizes, bool isInput) => Dimensions is null ? this : this with
    {
        Dimensions =
        [
            .. Dimensions.Select((d, i) => d
                ?? (isInput && sizes.TryGetValue(string.Format(CultureInfo.InvariantCulture, "{0}:{1}", Name, i), out long own) ? own
                    : i < DimensionNames.Count && sizes.TryGetValue(DimensionNames[i], out long named) ? named : null)),
        ],
    };
}
