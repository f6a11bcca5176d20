using System.Globalization;
using System.Text;
using Cim.Generators.Signature;

namespace Cim.Tasks.Signature;

/// <summary>
/// The text file between the build and the generator (<c>obj/.../cim/NAME.cimsig</c>), one fact a line, the name last
/// because only it may hold spaces:
/// <code>
/// cimsig 1
/// model fashion.onnx
/// input float ?,1,28,28 image
/// output float ?,10 scores
/// external weights.bin
/// scale 1/255
/// sizes sequence=16, 64
/// label T-shirt
/// </code>
/// <c>?</c> is a symbolic dimension, <c>-</c> a missing shape, <c>%XX</c> an escaped control character or percent sign. The last three
/// kinds (and <c>mean</c>, <c>std</c>) come from the item, for the documentation of the class.
/// </summary>
internal static class SignatureFile
{
    private static readonly string[] _elementTypes =
    [
        "undefined", "float", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "double",
        "uint32", "uint64", "complex64", "complex128", "bfloat16",
    ];

    /// <param name="modelFileName">The file name of the model.</param>
    /// <param name="signature">What the model says.</param>
    /// <param name="facts">What the item says: a keyword and a text each.</param>
    public static string Write(string modelFileName, OnnxSignature signature, IEnumerable<(string Keyword, string Text)> facts)
    {
        StringBuilder text = new("cimsig 1\n");
        text.Append("model ").Append(NameEscaping.Escape(modelFileName)).Append('\n');
        foreach (OnnxValue value in signature.Inputs) Append(text, "input", value);
        foreach (OnnxValue value in signature.Outputs) Append(text, "output", value);
        foreach (string file in signature.ExternalFiles) text.Append("external ").Append(NameEscaping.Escape(file)).Append('\n');
        foreach ((string keyword, string fact) in facts) text.Append(keyword).Append(' ').Append(NameEscaping.Escape(fact)).Append('\n');
        return text.ToString();
    }

    /// <summary>The files with weights the model refers to, as written in the model: relative to it.</summary>
    public static IEnumerable<string> ReadExternalFiles(string path) =>
        from line in File.ReadAllLines(path)
        where line.StartsWith("external ", StringComparison.Ordinal)
        select NameEscaping.Unescape(line.Substring("external ".Length));

    /// <summary>The ONNX name of an element type: <c>float</c>.</summary>
    public static string ElementType(OnnxValue value) => value.ElementType >= 0 && value.ElementType < _elementTypes.Length
        ? _elementTypes[value.ElementType]
        : value.ElementType.ToString(CultureInfo.InvariantCulture);

    private static void Append(StringBuilder text, string kind, OnnxValue value)
    {
        string type = ElementType(value);
        string shape = value.Dimensions is null ? "-"
            : value.Dimensions.Count == 0 ? "scalar"
            : string.Join(",", value.Dimensions.Select(d => d?.ToString(CultureInfo.InvariantCulture) ?? "?"));
        text.Append(kind).Append(' ').Append(type).Append(' ').Append(shape).Append(' ').Append(NameEscaping.Escape(value.Name))
            .Append('\n');
    }
}
