using System.Collections.Immutable;
using System.Globalization;

namespace Cim.Generators.Signature;

/// <summary>Reads the text the build writes from an ONNX model; the format is described in docs/package.md.</summary>
internal static class SignatureParser
{
    private const string Header = "cimsig 1";

    /// <summary>Reads the text; on failure the result is null and <paramref name="problem"/> says what is wrong.</summary>
    public static ModelSignature? Parse(IEnumerable<string> lines, out string problem)
    {
        string modelFile = "";
        ImmutableArray<TensorSignature>.Builder inputs = ImmutableArray.CreateBuilder<TensorSignature>();
        ImmutableArray<TensorSignature>.Builder outputs = ImmutableArray.CreateBuilder<TensorSignature>();
        ImmutableArray<string>.Builder labels = ImmutableArray.CreateBuilder<string>();
        PreprocessingText preprocessing = PreprocessingText.None;
        string sizes = "";
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            if (number == 1)
            {
                if (line == Header) continue;
                problem = line.Length == 0 ? "it is empty" : $"it starts with '{line}' instead of '{Header}'";
                return null;
            }
            int space = line.IndexOf(' ');
            string kind = space < 0 ? line : line.Substring(0, space);
            string rest = space < 0 ? "" : line.Substring(space + 1);
            switch (kind)
            {
                case "model":
                    modelFile = NameEscaping.Unescape(rest);
                    break;
                case "input" or "output":
                    if (ParseTensor(rest) is not { } tensor)
                    {
                        problem = $"line {number} is not '{kind} TYPE SHAPE NAME'";
                        return null;
                    }
                    (kind == "input" ? inputs : outputs).Add(tensor);
                    break;
                case "label":
                    labels.Add(NameEscaping.Unescape(rest));
                    break;
                case "sizes":
                    sizes = NameEscaping.Unescape(rest);
                    break;
                case "scale":
                    preprocessing = preprocessing with { Scale = NameEscaping.Unescape(rest) };
                    break;
                case "mean":
                    preprocessing = preprocessing with { Mean = NameEscaping.Unescape(rest) };
                    break;
                case "std":
                    preprocessing = preprocessing with { Std = NameEscaping.Unescape(rest) };
                    break;
                case "external" or "":
                    break;
                default:
                    problem = $"line {number} starts with the unknown keyword '{kind}'";
                    return null;
            }
        }
        problem = number == 0 ? "it is empty" : outputs.Count == 0 ? "it names no output" : "";
        return problem.Length > 0 ? null
            : new ModelSignature(modelFile, new EquatableArray<TensorSignature>(inputs.ToImmutable()),
                new EquatableArray<TensorSignature>(outputs.ToImmutable()))
            {
                Labels = new EquatableArray<string>(labels.ToImmutable()),
                Preprocessing = preprocessing,
                Sizes = sizes,
            };
    }

    private static TensorSignature? ParseTensor(string text)
    {
        string[] parts = text.Split([' '], 3);
        if (parts.Length != 3) return null;
        string name = NameEscaping.Unescape(parts[2]);
        if (parts[1] == "-") return new TensorSignature(name, parts[0], false, default);
        if (parts[1] == "scalar") return new TensorSignature(name, parts[0], true, default);
        ImmutableArray<long>.Builder dimensions = ImmutableArray.CreateBuilder<long>();
        foreach (string part in parts[1].Split(','))
        {
            long value = -1;
            if (part != "?" && (!long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out value) || value <= 0))
                return null;
            dimensions.Add(part == "?" ? -1 : value);
        }
        return new TensorSignature(name, parts[0], true, new EquatableArray<long>(dimensions.ToImmutable()));
    }
}
