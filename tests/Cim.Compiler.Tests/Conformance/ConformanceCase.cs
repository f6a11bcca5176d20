using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Onnx;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Google.Protobuf;
using DataType = Cim.Onnx.Proto.TensorProto.Types.DataType;

namespace Cim.Compiler.Tests.Conformance;

internal enum ConformanceOutcome { Passed, Failed, NotSupported }

/// <summary>The result of one case.</summary>
/// <param name="Name">The case's folder without <c>test_</c>.</param>
/// <param name="Operator">The operator of a single-node case, else <c>(composition)</c>.</param>
/// <param name="IsFloat">True if all data is of a floating-point type (parameters such as shapes and axes apart).</param>
/// <param name="Outcome">How it went.</param>
/// <param name="Detail">Why it failed or is not supported.</param>
internal sealed record ConformanceResult(string Name, string Operator, bool IsFloat, ConformanceOutcome Outcome, string Detail);

/// <summary>
/// One node case of the ONNX project: a model, its inputs and the expected outputs. It is imported and run with the digital
/// operators, as written and once more with all folding passes.
/// </summary>
internal static class ConformanceCase
{
    public const string Composition = "(composition)";

    /// <param name="folder">The case's folder.</param>
    /// <param name="isOurs">True: single operators are held to a tenth of the tolerance that ONNX's own test has.</param>
    public static ConformanceResult Run(string folder, bool isOurs)
    {
        string name = Path.GetFileName(folder)["test_".Length..];
        ModelProto model = OnnxReader.ReadModel(File.ReadAllBytes(Path.Combine(folder, "model.onnx")));
        foreach (OperatorSetIdProto opset in model.OpsetImport)
            if (opset.Domain.Length == 0) opset.Version = Math.Max(opset.Version, Supported.MinOpset);
        string op = model.Graph.Node.Count == 1 ? model.Graph.Node[0].OpType : Composition;
        bool isFloat = IsFloat(model);
        ConformanceResult Result(ConformanceOutcome outcome, string detail) => new(name, op, isFloat, outcome, detail);
        try
        {
            string data = Path.Combine(folder, "test_data_set_0");
            List<TensorProto> inputs = ReadAll(data, "input", model.Graph.Input), outputs = ReadAll(data, "output", model.Graph.Output);

            // The backend test's own tolerance for functions written out; single operators are held to a tenth of it.
            // Results of narrow floats are theirs to 2^-11.
            bool isNarrow = op != "Cast" && outputs.Any(o => (DataType)o.DataType is DataType.Float16);
            double tolerance = isNarrow ? 2e-3 : op == Composition || !isOurs ? 1e-3 : 1e-4;
            string? difference = RunOnce(model, inputs, outputs, tolerance, optimise: false)
                ?? RunOnce(model, inputs, outputs, tolerance, optimise: true);
            return difference is null ? Result(ConformanceOutcome.Passed, "") : Result(ConformanceOutcome.Failed, difference);
        }
        catch (CimException e) when (e.Code == ErrorCodes.UnsupportedOperators)
        {
            return Result(ConformanceOutcome.NotSupported, Reason(e.Message));
        }
        catch (OnnxFormatException e)
        {
            return Result(ConformanceOutcome.NotSupported, e.Message);
        }
        catch (Exception e)
        {
            return Result(ConformanceOutcome.Failed, e.GetType().Name + ": " + e.Message);
        }
    }

    private static string? RunOnce(ModelProto model, List<TensorProto> inputs, List<TensorProto> outputs, double tolerance, bool optimise)
    {
        ImportOptions options = ImportOptions.Default with { Optimise = optimise };
        List<string> names = [.. model.Graph.Input.Select(i => i.Name)];

        // The cases feed shapes, axes and bounds as inputs; a model to be compiled has them as constants.
        Graph graph = TryImport(model, options) ?? TryImport(WithConstants(model, inputs, 1), options)
            ?? OnnxImporter.Import(WithConstants(model, inputs, 0).ToByteArray(), null, options);
        var values = new Dictionary<string, Tensor>();
        for (int i = 0; i < inputs.Count; i++) values[names[i]] = TensorConverter.Convert(inputs[i], null);
        Dictionary<string, Tensor> actual = GraphEvaluator.Run(graph, values);
        for (int i = 0; i < outputs.Count; i++)
        {
            string name = model.Graph.Output[i].Name;
            if (Difference(TensorConverter.Convert(outputs[i], null), actual[name], tolerance) is { } difference)
                return $"output '{name}': {difference}";
        }

        return null;
    }

    private static Graph? TryImport(ModelProto model, ImportOptions options)
    {
        try
        {
            return OnnxImporter.Import(model.ToByteArray(), null, options);
        }
        catch (CimException e) when (e.Message.Contains("must be known when the model is compiled", StringComparison.Ordinal)
            || e.Message.Contains("must be constant", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private static ModelProto WithConstants(ModelProto model, List<TensorProto> inputs, int from)
    {
        ModelProto bound = model.Clone();
        for (int i = from; i < inputs.Count; i++)
        {
            TensorProto constant = inputs[i].Clone();
            constant.Name = model.Graph.Input[i].Name;
            bound.Graph.Initializer.Add(constant);
        }

        return bound;
    }

    /// <summary>Float32 results within a relative tolerance plus 1e-6, integers and booleans exactly.</summary>
    private static string? Difference(Tensor expected, Tensor actual, double tolerance)
    {
        if (expected.Shape != actual.Shape) return $"shape {actual.Shape}, expected {expected.Shape}";
        if (expected.Type != actual.Type) return $"type {actual.Type}, expected {expected.Type}";
        if (expected.Type != ElementType.Float32) return expected.Data.Span.SequenceEqual(actual.Data.Span) ? null : "integers differ";
        ReadOnlySpan<float> e = expected.Span<float>(), a = actual.Span<float>();
        for (int i = 0; i < e.Length; i++)
        {
            if (e[i] == a[i] || (float.IsNaN(e[i]) && float.IsNaN(a[i]))) continue;
            if (!(Math.Abs((double)e[i] - a[i]) <= 1e-6 + (tolerance * Math.Abs(e[i])))) return $"element {i} is {a[i]}, expected {e[i]}";
        }

        return null;
    }

    private static List<TensorProto> ReadAll(string folder, string kind, IReadOnlyList<ValueInfoProto> declared)
    {
        var tensors = new List<TensorProto>();
        for (int i = 0; File.Exists(Path.Combine(folder, $"{kind}_{i}.pb")); i++)
        {
            TensorProto tensor = OnnxReader.ReadTensor(File.ReadAllBytes(Path.Combine(folder, $"{kind}_{i}.pb")));

            // NumPy has no bfloat16: the files hold its bits as uint16.
            if (tensor.DataType == (int)DataType.Uint16 && declared[i].Type?.TensorType?.ElemType == (int)DataType.Bfloat16)
                tensor.DataType = (int)DataType.Bfloat16;
            tensors.Add(tensor);
        }

        return tensors;
    }

    private static bool IsFloat(ModelProto model)
    {
        static bool Float(ValueInfoProto v) =>
            v.Type?.TensorType is { } t
            && (DataType)t.ElemType is DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16;
        return (model.Graph.Input.Count == 0 || Float(model.Graph.Input[0])
            || (model.Graph.Node[0].OpType == "Where" && Float(model.Graph.Input[1]))) && model.Graph.Output.Any(Float);
    }

    /// <summary>The reasons alone, without the node names of the case.</summary>
    private static string Reason(string message) =>
        string.Join("; ", System.Text.RegularExpressions.Regex.Matches(message, @"\(opset \d+\): ([^;]*?)(?=;|\. docs)")
            .Select(m => m.Groups[1].Value).Distinct()) is { Length: > 0 } reasons ? reasons : message;
}
