using System.Text;
using Cim.Generators.Signature;

namespace Cim.Generators.Emit;

/// <summary>The sentences of the generated class about shapes, types, preprocessing and labels.</summary>
internal static class Documentation
{
    private const int MaxLabels = 12;

    /// <summary>Text inside a documentation comment: one line, markup escaped.</summary>
    public static string Xml(string text)
    {
        StringBuilder escaped = new(text.Length);
        foreach (char c in text)
        {
            escaped.Append(c switch
            {
                '<' => "&lt;",
                '>' => "&gt;",
                '&' => "&amp;",
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' || char.IsSurrogate(c) => "?",
                _ => c.ToString(),
            });
        }
        return escaped.ToString();
    }

    /// <summary>The remarks of the class: inputs and outputs, preprocessing, classes.</summary>
    public static string Remarks(ModelSignature signature)
    {
        StringBuilder text = new();
        foreach (TensorSignature tensor in signature.Inputs) Row("Input", tensor);
        foreach (TensorSignature tensor in signature.Outputs) Row("Output", tensor);
        text.Append("/// </list>\n");
        if (signature.Inputs.Any(input => input.IsReal)) text.Append("/// <para>").Append(Preprocessing(signature)).Append("</para>\n");
        if (signature.HasPlans)
            text.Append("/// <para>Compiled for the sizes ").Append(Xml(signature.Sizes))
                .Append(", all on the same arrays; shapes are those of ")
                .Append("the first. A run takes the plan that the length of its inputs asks for, and any other length is an "
                    + "error.</para>\n");
        if (signature.Labels.Count > 0) text.Append("/// <para>").Append(Labels(signature)).Append("</para>\n");
        return "/// <list type=\"table\">\n" + text;

        void Row(string kind, TensorSignature tensor) => text.Append("/// <item><term>").Append(kind).Append(" <c>")
            .Append(Xml(tensor.Name)).Append("</c></term><description>").Append(Shape(tensor)).Append("</description></item>\n");
    }

    /// <summary>Shape and type: <c>N x 1 x 28 x 28, float</c>.</summary>
    public static string Shape(TensorSignature tensor) => $"{tensor.ShapeText}, {tensor.ElementType}";

    /// <summary>What a parameter for an input takes.</summary>
    public static string Input(TensorSignature tensor, ModelSignature signature, bool isRaw) => isRaw
        ? $"The raw bytes of the input <c>{Xml(tensor.Name)}</c>, {tensor.ShapeText}; "
            + (signature.Preprocessing.Formula is { } formula
                ? $"the network reads <c>{Xml(formula)}</c> of each."
                : "0 to 255 are the numbers the network reads.")
        : $"The values of the input <c>{Xml(tensor.Name)}</c>, {Shape(tensor)}"
            + (tensor.IsReal && signature.Preprocessing.Formula is { } done ? $"; preprocessed already: <c>{Xml(done)}</c>." : ".");

    /// <summary>What an output is to a caller.</summary>
    public static string Output(TensorSignature tensor) => $"The output <c>{Xml(tensor.Name)}</c>, {Shape(tensor)}";

    /// <summary>What else is to be known of the length of one sample.</summary>
    public static string Batch(TensorSignature tensor) => tensor.FixedBatch is { } batch
        ? $" The model was exported for {batch} at once: where the compiler could make that number free a sample is one of them, else all "
            + $"of them."
        : "";

    private static string Preprocessing(ModelSignature signature) => signature.Preprocessing.Formula is { } formula
        ? $"The network reads <c>{Xml(formula)}</c> of the raw data <c>x</c>"
            + (formula.IndexOf('[') >= 0 ? " (one number a channel)" : "")
            + ". Bytes are raw data and are preprocessed here; floats count as preprocessed already."
        : "The project names no preprocessing (Scale, Mean, Std), so bytes are the numbers 0 to 255, and floats are used as they are.";

    private static string Labels(ModelSignature signature) =>
        $"The {signature.Labels.Count} classes: {string.Join(", ", signature.Labels.Take(MaxLabels).Select(Xml))}"
            + (signature.Labels.Count > MaxLabels ? ", ..." : "") + ".";
}
