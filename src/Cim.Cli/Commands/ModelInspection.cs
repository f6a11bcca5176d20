using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary>A named input or output; type and shape are null where they are unknown. Symbolic dimensions are written as text.</summary>
internal sealed record InspectedValue(string Name, string? Type, Shape? Shape);

/// <summary>A layer crossbars can hold; products per image are null where shapes are unknown.</summary>
internal sealed record InspectedLayer(string Name, string Op)
{
    /// <summary>Rows of one group.</summary>
    public required int Rows { get; init; }

    /// <summary>Columns of one group.</summary>
    public required int Columns { get; init; }

    public required int Groups { get; init; }

    /// <summary>Matrix-vector products per image and group.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required int? Mvms { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required long? Macs { get; init; }

    public required long Weights { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Quantization { get; init; }

    /// <summary>Arrays of a compiled model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Arrays { get; init; }
}

/// <summary>An operator that runs digitally.</summary>
internal sealed record InspectedOperator(string Name, string Op);

/// <summary>What <c>cim inspect</c> prints, for either file format.</summary>
internal sealed record ModelInspection
{
    /// <summary><c>onnx</c> or <c>cim</c>.</summary>
    public required string Format { get; init; }

    public required string Name { get; init; }

    /// <summary>Of an ONNX file, else null.</summary>
    public int? Opset { get; init; }

    /// <summary>The hardware profile a compiled model is for.</summary>
    public string? Hardware { get; init; }

    /// <summary>The version of Cim.Sdk that compiled it.</summary>
    public string? SdkVersion { get; init; }

    /// <summary>What a compiled model was compiled with; null for data as they are.</summary>
    public ModelPreprocessing? Preprocessing { get; init; }

    /// <summary>The names of the classes of a compiled model.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>The sizes of a compiled model with several; layers are those of <see cref="CalibratedPlan"/>.</summary>
    public ImmutableArray<ModelPlan> Plans { get; init; } = [];

    /// <summary>The plan that the inputs, outputs and layers are about.</summary>
    public int CalibratedPlan { get; init; }

    public required ImmutableArray<InspectedValue> Inputs { get; init; }

    public required ImmutableArray<InspectedValue> Outputs { get; init; }

    public required ImmutableArray<InspectedLayer> Layers { get; init; }

    public required ImmutableArray<InspectedOperator> Digital { get; init; }

    public ImmutableArray<UnsupportedOperator> Unsupported { get; init; } = [];

    /// <summary>The inspection of an imported graph.</summary>
    public static ModelInspection Of(Graph graph, int opset)
    {
        ImmutableArray<MvmLayer> layers = MvmLayers.Find(graph);
        var onCrossbars = layers.Select(l => l.NodeName).ToHashSet(StringComparer.Ordinal);
        return new ModelInspection
        {
            Format = "onnx",
            Name = graph.Name,
            Opset = opset,
            Inputs = [.. graph.Inputs.Select(i => Value(graph, i))],
            Outputs = [.. graph.Outputs.Select(o => Value(graph, o))],
            Layers = [.. layers.Select(l => new InspectedLayer(l.NodeName, l.Op)
            {
                Rows = l.RowsPerGroup, Columns = l.ColumnsPerGroup, Groups = l.Groups, Mvms = l.PositionsPerImage,
                Macs = l.MacsPerImage, Weights = l.WeightCount, Quantization = l.WeightDequantize is null ? null : "given",
            })],
            Digital = [.. graph.Nodes.Where(n => !onCrossbars.Contains(n.Name)).Select(n => new InspectedOperator(n.Name, n.Op))],
        };
    }

    public void WriteText(IAnsiConsole console)
    {
        console.WriteLine($"{(Name.Length > 0 ? Name : "model")} "
            + $"({Format}{(Opset is { } o ? $", opset {o}" : "")}"
            + $"{(Hardware is null ? "" : $", for {Hardware}, by Cim.Sdk {SdkVersion}")})");
        if (Preprocessing is { } preprocessing) console.WriteLine($"data: {preprocessing}");
        foreach (InspectedValue value in Inputs) console.WriteLine($"  input   {value.Name} {value.Type} {value.Shape}");
        foreach (InspectedValue value in Outputs) console.WriteLine($"  output  {value.Name} {value.Type} {value.Shape}");
        for (int i = 0; i < Plans.Length; i++)
            console.WriteLine($"  plan    {Plans[i].Dims}: {Plans[i].Cost}{(i == CalibratedPlan ? " (as shown here)" : "")}");
        if (!Labels.IsEmpty) console.WriteLine($"labels: {string.Join(", ", Labels)}");
        var table = new Table().Border(TableBorder.Simple);
        foreach (string column in (
            string[])["layer", "operator", "rows", "columns", "groups", "MVMs", "weights", "MACs", "quantization", "arrays"])
            table.AddColumn(column, c => c.NoWrap = true);
        foreach (InspectedLayer l in Layers)
            table.AddRow(Markup.Escape(l.Name), l.Op, Text(l.Rows), Text(l.Columns), Text(l.Groups), Text(l.Mvms), Text(l.Weights),
                Text(l.Macs), l.Quantization ?? "", l.Arrays is null ? "" : Text(l.Arrays));
        table.AddRow("total", "", "", "", "", "", Text(Layers.Sum(l => l.Weights)), Text(Layers.Sum(l => l.Macs ?? 0)), "", "");
        console.Write(table);
        if (!Digital.IsEmpty)
            console.WriteLine("digital: " + string.Join(", ",
                Digital.GroupBy(d => d.Op).OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => g.Count() == 1 ? g.Key : $"{g.Count()} {g.Key}")));
        foreach (UnsupportedOperator op in Unsupported) console.WriteLine($"unsupported: {op}");
    }

    private static string Text(long? number) => number?.ToString("N0", System.Globalization.CultureInfo.InvariantCulture) ?? "?";

    private static InspectedValue Value(Graph graph, string name) =>
        new(name, graph.Values[name].Type.ToString(), graph.Values[name].Shape);
}
