using System.CommandLine;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Cli.Commands;

/// <summary><c>cim inspect M.onnx|M.cim</c>: inputs, outputs, layers with constant weights, and everything unsupported.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "The model: an .onnx file, or a compiled .cim file." };
        var command = new Command("inspect", "Shows a model's inputs, outputs, layers and unsupported operators.") { model };
        var import = new ImportArguments(command);
        return command.Does((parsed, context) =>
        {
            string path = parsed.GetValue(model)!;
            ModelInspection inspection = Path.GetExtension(path).Equals(".cim", StringComparison.OrdinalIgnoreCase)
                ? CompiledModelInspector.Inspect(path)
                : InspectOnnx(path, import.Read(parsed), context.Cancellation);
            context.WriteResult(new InspectDocument(inspection), CliJson.Relaxed.InspectDocument, inspection.WriteText);
        });
    }

    /// <summary>Unsupported operators are a finding here, not an error: then layers are those known without shapes.</summary>
    private static ModelInspection InspectOnnx(string path, ImportOptions options, CancellationToken cancellation)
    {
        ConvertedModel model = OnnxImporter.Read(path, options);
        if (model.Unsupported.IsEmpty) return ModelInspection.Of(OnnxImporter.Complete(model, path, options, cancellation), model.Opset);

        return new ModelInspection
        {
            Format = "onnx",
            Name = model.Name,
            Opset = model.Opset,
            Inputs = [.. model.Inputs.Select(i => new InspectedValue(i.Name, i.Info.Type.ToString(), i.Info.Shape))],
            Outputs = [.. model.Outputs.Select(o => new InspectedValue(o, null, null))],
            Layers =
                [.. model.Nodes.Where(n => n.Op is "Conv" or "Gemm" or "MatMul").Select(n => Partial(model, n)).OfType<InspectedLayer>()],
            Digital = [
                .. model.Nodes.Where(n => n.Op is not ("Conv" or "Gemm" or "MatMul")).Select(n => new InspectedOperator(n.Name, n.Op))],
            Unsupported = model.Unsupported,
        };
    }

    private static InspectedLayer? Partial(ConvertedModel model, Node node)
    {
        if (node.Inputs.Length < 2 || !model.Constants.TryGetValue(node.Inputs[1], out Tensor? weights) || weights.Shape.Rank < 2)
            return null;
        Shape s = weights.Shape;
        int groups = (int)node.Attributes.Int("group", 1);
        bool outputsFirst = node.Op == "Conv" || node.Attributes.Int("transB", 0) != 0;
        int outputs = outputsFirst ? s[0] : s[s.Rank - 1];
        return new InspectedLayer(node.Name, node.Op)
        {
            Rows = (int)(s.Elements / Math.Max(1, outputs)), Columns = outputs / Math.Max(1, groups), Groups = groups,
            Mvms = null, Macs = null, Weights = weights.Length,
        };
    }
}
