using System.Text;
using Cim.Generators.Naming;
using Cim.Generators.Signature;

namespace Cim.Generators.Emit;

/// <summary>
/// Writes the run methods: one sample or many, results returned or written into the caller's memory, which is then used without a copy
/// or an allocation. A network with inputs of real numbers has all of them a second time for raw bytes.
/// </summary>
internal static class RunMethodsWriter
{
    private const string Exceptions =
        "    /// <exception cref=\"global::Cim.Runtime.CimException\">"
            + "A span has the wrong length, or a value cannot be used.</exception>\n";

    private const string OptionsDoc =
        "    /// <param name=\"options\">How to simulate; null: the options the model was loaded with.</param>\n";

    private const int MaxLine = 120;
    private const string CancellationDoc = "    /// <param name=\"cancellation\">Stops between samples.</param>\n";
    private const string CountDoc = "    /// <param name=\"count\">How many samples.</param>\n";
    private const string Options = ClassWriter.OptionsType + "? options = null";
    private const string Cancellation = "global::System.Threading.CancellationToken cancellation = default";

    public static string Write(ModelSignature signature, ClassNames names)
    {
        string text = Methods(signature, names, isRaw: false);
        return signature.Inputs.Any(input => input.IsReal) ? text + "\n" + Methods(signature, names, isRaw: true) : text;
    }

    private static string Methods(ModelSignature signature, ClassNames names, bool isRaw)
    {
        string inputs = Join(signature.Inputs.Select((t, i) => $"global::System.ReadOnlySpan<{InputType(t, isRaw)}> {Input(names, i)}"));
        string outputs = Join(signature.Outputs.Select((t, i) => $"global::System.Span<{t.CSharpType}> {Output(names, i)}"));
        string inputArguments = Join(signature.Inputs.Select((_, i) => Input(names, i)));
        string outputArguments = Join(signature.Outputs.Select((_, i) => Output(names, i)));
        string inputDocs = string.Concat(signature.Inputs.Select((t, i) =>
            ParameterDoc(names.InputParameters[i], Documentation.Input(t, signature, isRaw && t.IsReal))));
        string outputDocs = string.Concat(signature.Outputs.Select((t, i) =>
            ParameterDoc(names.OutputParameters[i], $"Receives {Lower(Documentation.Output(t))}.")));
        string arrays = Join(signature.Outputs.Select((_, i) => "__output" + i));
        string raw = isRaw ? " of raw bytes" : "";
        return $$"""
                /// <summary>Runs one sample{{raw}}.</summary>
            {{inputDocs}}{{OptionsDoc}}{{Exceptions}}    public {{names.OutputsType}} {{names.Run}}(
                    {{Parameters(inputs, Options)}}) =>
                    {{names.RunBatch}}({{List(inputArguments, "1")}}, options);

                /// <summary>Runs one sample{{raw}} and writes the result into the caller's memory, without an allocation.</summary>
            {{inputDocs}}{{outputDocs}}{{OptionsDoc}}{{Exceptions}}    public void {{names.Run}}(
                    {{Parameters(inputs, outputs, Options)}}) =>
                    {{names.RunBatch}}({{List(inputArguments, outputArguments, "1")}}, options);

                /// <summary>Runs several samples{{raw}}, which lie one after the other in every span.</summary>
            {{inputDocs}}{{CountDoc}}{{OptionsDoc}}{{CancellationDoc}}{{Exceptions}}    public {{names.OutputsType}} {{names.RunBatch}}(
                    {{Parameters(inputs, "int count", Options, Cancellation)}})
                {
                    global::System.ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
            {{Arrays(signature, names)}}        {{names.RunBatch}}({{List(inputArguments, arrays, "count")}}, options, cancellation);
                    return new {{names.OutputsType}}({{List("count", arrays, Ones(signature, names))}});
                }

                /// <summary>
                /// Runs several samples{{raw}}, which lie one after the other in every span, and writes the results into the caller's
                /// memory, without an allocation.
                /// </summary>
            {{inputDocs}}{{outputDocs}}{{CountDoc}}{{OptionsDoc}}{{CancellationDoc}}{{Exceptions}}    public void {{names.RunBatch}}(
                    {{Parameters(inputs, outputs, "int count", Options, Cancellation)}})
                {
                    scoped global::Cim.Runtime.RunBuffers __buffers = new global::Cim.Runtime.RunBuffers({{names.Model}}, count);
            {{Buffers(signature, names, isRaw)}}        __buffers.Run(options ?? {{names.Options}}, cancellation);
                }

            """;
    }

    private static string InputType(TensorSignature tensor, bool isRaw) => isRaw && tensor.IsReal ? "byte" : tensor.CSharpType;

    private static string Arrays(ModelSignature signature, ClassNames names) => Plan(signature, names) + string.Concat(
        signature.Outputs.Select((t, i) =>
            $"        {t.CSharpType}[] __output{i} = "
                + $"new {t.CSharpType}[{names.Model}.OutputLength({i}, count{PlanArgument(signature)})];\n"));

    private static string Ones(ModelSignature signature, ClassNames names) =>
        Join(signature.Outputs.Select((_, i) => $"{names.Model}.OutputLength({i}, 1{PlanArgument(signature)})"));

    // The output's length depends on the input's where there are several sizes.
    private static string Plan(ModelSignature signature, ClassNames names) => !signature.HasPlans ? ""
        : $"        int __plan = {names.Model}.PlanOf(stackalloc int[] {{ "
            + $"{Join(signature.Inputs.Select((_, i) => Input(names, i) + ".Length"))} }}, count);\n";

    private static string PlanArgument(ModelSignature signature) => signature.HasPlans ? ", __plan" : "";

    private static string Buffers(ModelSignature signature, ClassNames names, bool isRaw)
    {
        StringBuilder text = new();
        for (int i = 0; i < signature.Inputs.Count; i++)
            text.Append($"        __buffers.Input<{InputType(signature.Inputs[i], isRaw)}>({i}, {Input(names, i)});\n");
        for (int i = 0; i < signature.Outputs.Count; i++)
            text.Append($"        __buffers.Output<{signature.Outputs[i].CSharpType}>({i}, {Output(names, i)});\n");
        return text.ToString();
    }

    private static string ParameterDoc(string name, string what) => $"    /// <param name=\"{name}\">{what}</param>\n";

    private static string Lower(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence.Substring(1);

    private static string Input(ClassNames names, int i) => Identifiers.Escape(names.InputParameters[i]);

    private static string Output(ClassNames names, int i) => Identifiers.Escape(names.OutputParameters[i]);

    private static string Join(IEnumerable<string> parts) => string.Join(", ", parts);

    /// <summary>The parameters of a method, on one line each where one line does not hold them.</summary>
    private static string Parameters(params string[] parts)
    {
        string line = List(parts);
        return line.Length <= MaxLine ? line
            : line.Replace(", global::", ",\n        global::").Replace(", int count", ",\n        int count");
    }

    private static string List(params string[] parts) => Join(parts.Where(part => part.Length > 0));
}
