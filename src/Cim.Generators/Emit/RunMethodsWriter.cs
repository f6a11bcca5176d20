using Cim.Generators.Naming;
using Cim.Generators.Signature;

namespace Cim.Generators.Emit;

/// <summary>
/// Writes the run methods: one sample or many, results returned or written into the caller's memory. A network with one input
/// and one output runs without a copy and, with the caller's memory, without an allocation.
/// </summary>
internal static class RunMethodsWriter
{
    public static string Write(ModelSignature signature, ClassNames names)
    {
        string inputs = Parameters("global::System.ReadOnlySpan<float>", names.InputParameters);
        string outputs = Parameters("global::System.Span<float>", names.OutputParameters);
        string inputDocs = string.Concat(
            signature.Inputs.Select((t, i) => ParameterDoc(names.InputParameters[i], t, "the values of the input")));
        string outputDocs = string.Concat(
            signature.Outputs.Select((t, i) => ParameterDoc(names.OutputParameters[i], t, "receives the output")));
        string inputArguments = Arguments(names.InputParameters);
        string arrays = string.Concat(signature.Outputs.Select((_, i) =>
            $"        float[] __output{i} = new float[{names.Model}.OutputLength({i}, count)];\n"));
        string arrayList = string.Join(", ", signature.Outputs.Select((_, i) => "__output" + i));
        const string Options = "{{OPTIONS}}";
        string text = $$"""
                /// <summary>Runs one sample.</summary>
            {{inputDocs}}    {{OptionsDoc}}
                /// <exception cref="global::Cim.Runtime.CimException">A span has the wrong length, or a value that is no finite number.</exception>
                public {{names.OutputsType}} {{names.Run}}({{inputs}}{{Comma(inputs)}}{{Options}} options = null) =>
                    {{names.RunBatch}}({{inputArguments}}{{Comma(inputArguments)}}1, options);

                /// <summary>Runs one sample and writes the result into the caller's memory.</summary>
            {{inputDocs}}{{outputDocs}}    {{OptionsDoc}}
                /// <exception cref="global::Cim.Runtime.CimException">A span has the wrong length, or a value that is no finite number.</exception>
                public void {{names.Run}}({{Join(inputs, outputs)}}, {{Options}} options = null) =>
                    {{names.RunBatch}}({{Join(inputArguments, Arguments(names.OutputParameters))}}, 1, options);

                /// <summary>Runs several samples, which lie one after the other in every span.</summary>
            {{inputDocs}}    /// <param name="count">How many samples.</param>
                {{OptionsDoc}}
                /// <param name="cancellation">Stops between samples.</param>
                /// <exception cref="global::Cim.Runtime.CimException">A span has the wrong length, or a value that is no finite number.</exception>
                public {{names.OutputsType}} {{names.RunBatch}}({{inputs}}{{Comma(inputs)}}int count, {{Options}} options = null, global::System.Threading.CancellationToken cancellation = default)
                {
                    global::System.ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
            {{arrays}}        {{Call(signature, names, "__output")}}
                    return new {{names.OutputsType}}(count, {{arrayList}});
                }

                /// <summary>Runs several samples, which lie one after the other in every span, and writes the results into the caller's memory.</summary>
            {{inputDocs}}{{outputDocs}}    /// <param name="count">How many samples.</param>
                {{OptionsDoc}}
                /// <param name="cancellation">Stops between samples.</param>
                /// <exception cref="global::Cim.Runtime.CimException">A span has the wrong length, or a value that is no finite number.</exception>
                public void {{names.RunBatch}}({{Join(inputs, outputs)}}, int count, {{Options}} options = null, global::System.Threading.CancellationToken cancellation = default)
                {
                    global::System.ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
            {{SpanBody(signature, names)}}    }

            """;
        return text.Replace(Options, ClassWriter.OptionsType + "?");
    }

    private const string OptionsDoc = "/// <param name=\"options\">How to simulate; null: the options the model was loaded with.</param>";

    private static bool IsPlain(ModelSignature signature) => signature.Inputs.Count == 1 && signature.Outputs.Count == 1;

    /// <summary>The call of the untyped model with arrays for the outputs.</summary>
    private static string Call(ModelSignature signature, ClassNames names, string output)
    {
        if (IsPlain(signature))
            return $"{names.Model}.Run({Identifiers.Escape(names.InputParameters[0])}, {output}0, count, options ?? {names.Options}, "
                + $"cancellation);";
        string memories = string.Join(", ", names.InputParameters.Select(p => $"{Identifiers.Escape(p)}.ToArray()"));
        string arrays = string.Join(", ", signature.Outputs.Select((_, i) => output + i));
        return $"{names.Model}.Run(new global::System.ReadOnlyMemory<float>[] {{ {memories} }}, new global::System.Memory<float>[] {{ "
            + $"{arrays} }}, count, options ?? {names.Options}, cancellation);";
    }

    private static string SpanBody(ModelSignature signature, ClassNames names)
    {
        if (IsPlain(signature))
            return $"        {names.Model}.Run({Identifiers.Escape(names.InputParameters[0])}, "
                + $"{Identifiers.Escape(names.OutputParameters[0])}, count, options ?? {names.Options}, cancellation);\n";
        // Several spans cannot travel in one array, so this way copies; the untyped model takes memory without copies.
        string arrays = string.Concat(
            names.OutputParameters.Select((p, i) => $"        float[] __output{i} = new float[{Identifiers.Escape(p)}.Length];\n"));
        string copies = string.Concat(names.OutputParameters.Select(
            (p, i) => $"        new global::System.ReadOnlySpan<float>(__output{i}).CopyTo({Identifiers.Escape(p)});\n"));
        return arrays + "        " + Call(signature, names, "__output") + "\n" + copies;
    }

    private static string ParameterDoc(string name, TensorSignature tensor, string what) =>
        $"    /// <param name=\"{name}\">{char.ToUpperInvariant(what[0])}{what.Substring(1)} <c>{ClassWriter.Xml(tensor.Name)}</c>: "
            + $"{tensor.ShapeText}.</param>\n";

    private static string Parameters(string type, string[] names) =>
        string.Join(", ", names.Select(n => type + " " + Identifiers.Escape(n)));

    private static string Arguments(string[] names) => string.Join(", ", names.Select(Identifiers.Escape));

    private static string Comma(string before) => before.Length == 0 ? "" : ", ";

    private static string Join(string left, string right) => left + Comma(left) + right;
}
