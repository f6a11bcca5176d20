namespace Cim.Generators.Signature;

/// <summary>What a signature file contains about a model.</summary>
/// <param name="ModelFile">The file name of the ONNX model, for the documentation of the class.</param>
/// <param name="Inputs">The graph's inputs, in order.</param>
/// <param name="Outputs">The graph's outputs, in order.</param>
internal sealed record ModelSignature(string ModelFile, EquatableArray<TensorSignature> Inputs, EquatableArray<TensorSignature> Outputs)
{
    /// <summary>The names of the classes, in the order of the scores.</summary>
    public EquatableArray<string> Labels { get; init; }

    /// <summary>The sizes of a model with several plans, <c>sequence=16, 64</c>; empty for one of a single size. Shapes are those of the
    /// first.</summary>
    public string Sizes { get; init; } = "";

    /// <summary>True if a run takes the plan that the lengths of its inputs ask for.</summary>
    public bool HasPlans => Sizes.Length > 0;

    /// <summary>What is done to raw data, as the item has it; for the documentation of the class.</summary>
    public PreprocessingText Preprocessing { get; init; } = PreprocessingText.None;
}

/// <summary>The preprocessing (x * scale - mean) / std as text; empty parts are 1, 0 and 1.</summary>
internal sealed record PreprocessingText(string Scale, string Mean, string Std)
{
    /// <summary>Raw data are used as they are.</summary>
    public static PreprocessingText None { get; } = new("", "", "");

    /// <summary>The formula with its numbers, or null where nothing is done.</summary>
    public string? Formula
    {
        get
        {
            if (Scale.Length + Mean.Length + Std.Length == 0) return null;
            string value = Scale.Length == 0 ? "x" : $"x * {Braced(Scale)}";
            if (Mean.Length > 0) value = $"{value} - {Braced(Mean)}";
            return Std.Length == 0 ? value : $"({value}) / {Braced(Std)}";
        }
    }

    private static string Braced(string list) => list.IndexOf(',') >= 0 || list.IndexOf(';') >= 0 ? $"[{list}]" : list;
}
